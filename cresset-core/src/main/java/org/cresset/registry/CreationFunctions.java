package org.cresset.registry;

import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * The functions that make tensors, with PyTorch's arguments. The Java forms are the static methods of {@link Tensor}; what
 * differs is that here a dtype may be left out, which then follows from the other arguments or is float32.
 */
public final class CreationFunctions {
    private static final String TAIL = "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False)";

    private CreationFunctions() {}

    private static Tensor made(Tensor t, @Nullable Device device, boolean requiresGrad) {
        Tensor placed = device == Device.META ? Dense.empty(t.shape(), t.dtype(), Device.META) : t;
        return requiresGrad ? placed.requiresGrad(true) : placed;
    }

    /** Memory to be filled with random numbers; inside {@code vmap} that may be memory for each example. */
    static Tensor fresh(Tensor made) {
        Interpreter i = Context.current().transform();
        return i == null ? made : i.fresh(made);
    }

    private static DType orFloat(@Nullable DType dtype) {
        return dtype == null ? DType.FLOAT32 : dtype;
    }

    private static Generator or(@Nullable Generator g) {
        return g == null ? Generator.defaultGenerator() : g;
    }

    /** Unknown content. As {@code torch.empty}. */
    @Torch("empty(*size, memory_format=None, " + TAIL)
    public static Tensor empty(Shape size, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return made(Reproducible.unknown(Dense.empty(size, orFloat(dtype))), device, requiresGrad);
    }

    /** Unknown content with given strides. As {@code torch.empty_strided}. */
    @Torch("empty_strided(size, stride, *, " + TAIL)
    public static Tensor emptyStrided(
            Shape size, long[] stride, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        if (stride.length != size.rank()) {
            throw CressetException.runtime("empty_strided: " + stride.length + " strides for shape " + size);
        }
        long last = 0;
        for (int i = 0; i < stride.length; i++) {
            last += size.numel() == 0 ? 0 : (size.size(i) - 1) * stride[i];
        }
        Tensor flat = Reproducible.unknown(Dense.empty(Shape.of(last + 1), orFloat(dtype)));
        return made(flat.asStrided(size.toArray(), stride, 0L), device, requiresGrad);
    }

    /** Unknown content, the dimensions lying in memory in the order given. As {@code torch.empty_permuted}. */
    @Torch("empty_permuted(size, physical_layout, *, " + TAIL)
    public static Tensor emptyPermuted(
            Shape size, long[] physicalLayout, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        int n = size.rank();
        if (physicalLayout.length != n) {
            throw CressetException.runtime(
                    "empty_permuted: layout of " + physicalLayout.length + " dimensions for shape " + size);
        }
        long[] strides = new long[n];
        boolean[] seen = new boolean[n];
        long step = 1;
        for (int i = n - 1; i >= 0; i--) {
            long d = physicalLayout[i];
            if (d < 0 || d >= n || seen[(int) d]) {
                throw CressetException.runtime("empty_permuted: dimension " + d + " is out of range or comes twice");
            }
            seen[(int) d] = true;
            strides[(int) d] = step;
            step *= Math.max(1, size.size((int) d));
        }
        return emptyStrided(size, strides, dtype, device, requiresGrad);
    }

    /** Zeros. As {@code torch.zeros}. */
    @Torch("zeros(*size, " + TAIL)
    public static Tensor zeros(Shape size, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return made(Tensor.zeros(size, orFloat(dtype)), device, requiresGrad);
    }

    /** Ones. As {@code torch.ones}. */
    @Torch("ones(*size, " + TAIL)
    public static Tensor ones(Shape size, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return made(Tensor.ones(size, orFloat(dtype)), device, requiresGrad);
    }

    /** One value everywhere, whose kind gives the dtype if none is named. As {@code torch.full}. */
    @Torch("full(size, fill_value, *, " + TAIL)
    public static Tensor full(
            Shape size, Tensor fillValue, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return made(filled(size, fillValue, dtype == null ? natural(fillValue) : dtype), device, requiresGrad);
    }

    /** One value as a tensor of rank 0. As {@code torch.scalar_tensor}. */
    @Torch("scalar_tensor(s, *, " + TAIL)
    public static Tensor scalarTensor(Tensor s, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return made(filled(Shape.SCALAR, s, orFloat(dtype)), device, requiresGrad);
    }

    private static Tensor filled(Shape size, Tensor value, DType dtype) {
        return Dense.empty(size, dtype).copy_(value.detach().to(dtype));
    }

    /** Python numbers make float32, int64, bool and complex64. */
    private static DType natural(Tensor value) {
        if (!value.isNumber()) {
            return value.dtype();
        }
        return value.dtype().isComplex() ? DType.COMPLEX64 : value.dtype().isFloat() ? DType.FLOAT32 : value.dtype();
    }

    /** From 0 to before {@code end} by 1. As {@code torch.arange}. */
    @Torch("arange(end, *, " + TAIL)
    public static Tensor arange(Number end, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return arange(0L, end, 1L, dtype, device, requiresGrad);
    }

    /** From {@code start} to before {@code end} by {@code step}. As {@code torch.arange}. */
    @Torch("arange(start, end, step=1, *, " + TAIL)
    public static Tensor arange(
            Number start,
            Number end,
            Number step,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        boolean whole = Scalars.integer(start) && Scalars.integer(end) && Scalars.integer(step);
        DType t = dtype != null ? dtype : whole ? DType.INT64 : DType.FLOAT32;
        return made(Tensor.arange(start.doubleValue(), end.doubleValue(), step.doubleValue(), t), device, requiresGrad);
    }

    /** Evenly from {@code start} to {@code end}, both included. As {@code torch.linspace}. */
    @Torch("linspace(start, end, steps, *, " + TAIL)
    public static Tensor linspace(
            double start,
            double end,
            long steps,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        if (steps < 0) {
            throw CressetException.runtime("linspace: " + steps + " steps; expected at least 0");
        }
        return made(Tensor.linspace(start, end, steps, orFloat(dtype)), device, requiresGrad);
    }

    /** {@code base} to powers that lie evenly from {@code start} to {@code end}. As {@code torch.logspace}. */
    @Torch("logspace(start, end, steps, base=10.0, *, " + TAIL)
    public static Tensor logspace(
            double start,
            double end,
            long steps,
            double base,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        if (steps < 0) {
            throw CressetException.runtime("logspace: " + steps + " steps; expected at least 0");
        }
        boolean whole = dtype != null && !dtype.isDifferentiable();
        double first = whole ? (long) start : start;
        double last = whole ? (long) end : end;
        Tensor powers = Tensor.linspace(first, last, steps, DType.FLOAT64);
        Tensor values = Tensor.scalar((float) 0).to(DType.FLOAT64).add(base).pow(powers);
        return made(values.to(orFloat(dtype)), device, requiresGrad);
    }

    /** Ones on the diagonal of a square matrix. As {@code torch.eye}. */
    @Torch("eye(n, *, " + TAIL)
    public static Tensor eye(long n, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        return eye(n, n, dtype, device, requiresGrad);
    }

    /** Ones on the diagonal of a matrix. As {@code torch.eye}. */
    @Torch("eye(n, m, *, " + TAIL)
    public static Tensor eye(long n, long m, @Nullable DType dtype, @Nullable Device device, boolean requiresGrad) {
        if (n < 0 || m < 0) {
            throw CressetException.runtime("eye: " + n + " by " + m + "; sizes can't be negative");
        }
        return made(Tensor.eye(n, m, orFloat(dtype)), device, requiresGrad);
    }

    /** Uniform in [0, 1). As {@code torch.rand}. */
    @Torch("rand(*size, generator=None, " + TAIL)
    public static Tensor rand(
            Shape size,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        return made(fresh(Dense.empty(size, orFloat(dtype))).uniform_(0, 1, or(generator)), device, requiresGrad);
    }

    /** Standard normal. As {@code torch.randn}. */
    @Torch("randn(*size, generator=None, " + TAIL)
    public static Tensor randn(
            Shape size,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        return made(fresh(Dense.empty(size, orFloat(dtype))).normal_(0, 1, or(generator)), device, requiresGrad);
    }

    /** Uniform integers from 0 to before {@code high}. As {@code torch.randint}. */
    @Torch("randint(high, size, *, generator=None, " + TAIL)
    public static Tensor randint(
            long high,
            Shape size,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        return randint(0, high, size, generator, dtype, device, requiresGrad);
    }

    /** Uniform integers from {@code low} to before {@code high}. As {@code torch.randint}. */
    @Torch("randint(low, high, size, *, generator=None, " + TAIL)
    public static Tensor randint(
            long low,
            long high,
            Shape size,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        DType t = dtype == null ? DType.INT64 : dtype;
        return made(fresh(Dense.empty(size, t)).random_(low, high, generator), device, requiresGrad);
    }

    /** 0, ..., n - 1 in random order. As {@code torch.randperm}. */
    @Torch("randperm(n, *, generator=None, " + TAIL)
    public static Tensor randperm(
            int n,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        Tensor order = Tensor.of(Draws.permutation(or(generator), n));
        return made(dtype == null ? order : order.to(dtype), device, requiresGrad);
    }

    /** Normal of each element's own mean and deviation. As {@code torch.normal}. */
    @Torch("normal(mean, std=1.0, *, generator=None)")
    public static Tensor normal(Tensor mean, Tensor std, @Nullable Generator generator) {
        if (mean.isNumber() && std.isNumber()) {
            throw CressetException.type("normal: two numbers need a size");
        }
        Tensor m = mean.detach();
        Tensor s = std.detach();
        if (!m.dtype().isDifferentiable() || s.dtype().isComplex()) {
            throw CressetException.runtime(
                    "normal: mean of " + m.dtype() + " and std of " + s.dtype() + "; expected floats");
        }
        if (s.hasValues() && s.lt(0).any().itemBoolean()) {
            throw CressetException.runtime("normal: a standard deviation is negative");
        }
        Shape shape = m.add(s).shape();
        DType t = m.isNumber() ? s.dtype() : m.dtype();
        Tensor standard = Dense.empty(shape, t, m.device() == Device.CPU ? s.device() : m.device())
                .normal_(0, 1, or(generator));
        return standard.mul(s).add(m).to(t);
    }

    /** Normal, of a size. As {@code torch.normal}. */
    @Torch("normal(mean, std, size, *, generator=None, " + TAIL)
    public static Tensor normal(
            double mean,
            double std,
            Shape size,
            @Nullable Generator generator,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        if (!(std >= 0)) {
            throw CressetException.runtime("normal: a standard deviation of " + std + "; expected at least 0");
        }
        return made(fresh(Dense.empty(size, orFloat(dtype))).normal_(mean, std, or(generator)), device, requiresGrad);
    }

    /** The rows and columns of the lower triangle of a matrix, (2, n). As {@code torch.tril_indices}. */
    @Torch("tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None)")
    public static Tensor trilIndices(long row, long col, long offset, @Nullable DType dtype) {
        return triangle("tril_indices", row, col, offset, dtype, false);
    }

    /** The rows and columns of the upper triangle of a matrix, (2, n). As {@code torch.triu_indices}. */
    @Torch("triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None)")
    public static Tensor triuIndices(long row, long col, long offset, @Nullable DType dtype) {
        return triangle("triu_indices", row, col, offset, dtype, true);
    }

    private static Tensor triangle(String op, long rows, long columns, long k, @Nullable DType dtype, boolean upper) {
        if (rows < 0 || columns < 0) {
            throw CressetException.runtime(op + ": " + rows + " by " + columns + "; sizes can't be negative");
        }
        Tensor where = Tensor.triangleIndices(rows, columns, k, upper);
        return dtype == null ? where : where.to(dtype);
    }
}
