package org.cresset.registry;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.op.Fill;
import org.cresset.op.None;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** PyTorch's forms of what tensors have in another form in Java: reflected operators, conversions, properties, joining. */
public final class TensorForms {
    private TensorForms() {}

    // ---- operators with the number first ----

    /** other + self. As {@code Tensor.__radd__}. */
    @Torch("Tensor.__radd__(self, other)")
    public static Tensor radd(Tensor self, Tensor other) {
        return self.add(other);
    }

    /** other * self. As {@code Tensor.__rmul__}. */
    @Torch("Tensor.__rmul__(self, other)")
    public static Tensor rmul(Tensor self, Tensor other) {
        return self.mul(other);
    }

    /** other / self. As {@code Tensor.__rdiv__}. */
    @Torch({"Tensor.__rdiv__(self, other)", "Tensor.__rtruediv__(self, other)"})
    public static Tensor rdiv(Tensor self, Tensor other) {
        return other.div(self);
    }

    /** other % self. As {@code Tensor.__rmod__}. */
    @Torch("Tensor.__rmod__(self, other)")
    public static Tensor rmod(Tensor self, Tensor other) {
        return other.remainder(self);
    }

    /** other ** self. As {@code Tensor.__rpow__}. */
    @Torch("Tensor.__rpow__(self, other)")
    public static Tensor rpow(Tensor self, Tensor other) {
        return other.pow(self);
    }

    /** other @ self. As {@code Tensor.__rmatmul__}. */
    @Torch("Tensor.__rmatmul__(self, other)")
    public static Tensor rmatmul(Tensor self, Tensor other) {
        return other.matmul(self);
    }

    /** other & self. As {@code Tensor.__rand__}. */
    @Torch("Tensor.__rand__(self, other)")
    public static Tensor rand(Tensor self, Tensor other) {
        return self.bitwiseAnd(other);
    }

    /** other | self. As {@code Tensor.__ror__}. */
    @Torch("Tensor.__ror__(self, other)")
    public static Tensor ror(Tensor self, Tensor other) {
        return self.bitwiseOr(other);
    }

    /** other ^ self. As {@code Tensor.__rxor__}. */
    @Torch("Tensor.__rxor__(self, other)")
    public static Tensor rxor(Tensor self, Tensor other) {
        return self.bitwiseXor(other);
    }

    // ---- properties ----

    /** All dimensions in the opposite order. As {@code Tensor.T}. */
    @Torch("Tensor.T(self)")
    public static Tensor reversed(Tensor self) {
        long[] dims = new long[self.dim()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = dims.length - 1 - i;
        }
        return self.permute(dims);
    }

    /** The conjugate transpose of a matrix. As {@code Tensor.H}. */
    @Torch({"Tensor.H(self)", "adjoint(self)"})
    public static Tensor adjoint(Tensor self) {
        if (self.dim() != 2 && self.dim() != 0) {
            throw CressetException.runtime("H: shape " + self.shape() + "; expected a matrix");
        }
        return self.dim() == 0 ? self.conj() : self.transpose(0, 1).conj();
    }

    /** The conjugate transposes of a batch of matrices. As {@code Tensor.mH}. */
    @Torch("Tensor.mH(self)")
    public static Tensor mH(Tensor self) {
        if (self.dim() < 2 && self.dim() != 0) {
            throw CressetException.runtime("mH: shape " + self.shape() + "; expected matrices");
        }
        return self.dim() == 0 ? self.conj() : self.transpose(-2, -1).conj();
    }

    /** The only element as Long, Double or Boolean, or a complex tensor of rank 0. As {@code Tensor.item}. */
    @Torch("Tensor.item(self)")
    public static Object item(Tensor self) {
        if (self.dtype().isComplex()) {
            if (self.numel() != 1) {
                throw CressetException.runtime("item: a tensor of shape " + self.shape() + "; expected one element");
            }
            return self.detach().reshape().clone();
        }
        if (self.dtype() == DType.BOOL) {
            return self.itemBoolean();
        }
        return self.dtype().isFloat() ? (Object) self.item() : (Object) self.itemLong();
    }

    // ---- conversions ----

    /** To another dtype and device, as the arguments ask. As {@code Tensor.to}. */
    @Torch("Tensor.to(self, device=None, dtype=None, non_blocking=False, copy=False, *, memory_format=None)")
    public static Tensor to(
            Tensor self, @Nullable Device device, @Nullable DType dtype, boolean copy, @Nullable String memoryFormat) {
        if (device != null && device != self.device()) {
            throw CressetException.runtime("to: from " + self.device() + " to " + device + " there is no way");
        }
        DType target = dtype == null ? self.dtype() : dtype;
        Tensor converted = self.to(target);
        return arrange("to", copy && converted == self ? self.clone() : converted, memoryFormat);
    }

    /** To another dtype. As {@code Tensor.to}. */
    @Torch("Tensor.to(self, dtype, non_blocking=False, copy=False, *, memory_format=None)")
    public static Tensor to(Tensor self, DType dtype, boolean copy, @Nullable String memoryFormat) {
        return to(self, null, dtype, copy, memoryFormat);
    }

    /** The dtype and device of another tensor. As {@code Tensor.to}. */
    @Torch("Tensor.to(self, other, non_blocking=False, copy=False, *, memory_format=None)")
    public static Tensor to(Tensor self, Tensor other, boolean copy, @Nullable String memoryFormat) {
        return to(self, other.device(), other.dtype(), copy, memoryFormat);
    }

    /** A copy in a memory format. As {@code torch.clone}. */
    @Torch("clone(self, *, memory_format)")
    public static Tensor clone(Tensor self, @Nullable String memoryFormat) {
        return arrange("clone", self.clone(), memoryFormat);
    }

    /** In a memory format. As {@code Tensor.contiguous}. */
    @Torch("Tensor.contiguous(self, *, memory_format)")
    public static Tensor contiguous(Tensor self, @Nullable String memoryFormat) {
        return arrange("contiguous", self, memoryFormat);
    }

    private static Tensor arrange(String op, Tensor t, @Nullable String memoryFormat) {
        return switch (memoryFormat) {
            case null -> t;
            case "preserve_format" -> t;
            case "contiguous_format" -> t.contiguous();
            case "channels_last", "channels_last_3d" -> {
                int rank = memoryFormat.equals("channels_last") ? 4 : 5;
                if (t.dim() != rank) {
                    throw CressetException.runtime(
                            op + ": " + memoryFormat + " needs " + rank + " dimensions, not shape " + t.shape());
                }
                yield t.channelsLast();
            }
            default -> throw CressetException.value(op + ": unknown memory format " + memoryFormat);
        };
    }

    /** To bfloat16. As {@code Tensor.bfloat16}. */
    @Torch("Tensor.bfloat16(self, memory_format=None)")
    public static Tensor bfloat16(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.BFLOAT16, false, memoryFormat);
    }

    /** To bool. As {@code Tensor.bool}. */
    @Torch("Tensor.bool(self, memory_format=None)")
    public static Tensor bool(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.BOOL, false, memoryFormat);
    }

    /** To uint8. As {@code Tensor.byte}. */
    @Torch("Tensor.byte(self, memory_format=None)")
    public static Tensor uint8(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.UINT8, false, memoryFormat);
    }

    /** To int8. As {@code Tensor.char}. */
    @Torch("Tensor.char(self, memory_format=None)")
    public static Tensor int8(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.INT8, false, memoryFormat);
    }

    /** To float64. As {@code Tensor.double}. */
    @Torch("Tensor.double(self, memory_format=None)")
    public static Tensor float64(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.FLOAT64, false, memoryFormat);
    }

    /** To float32. As {@code Tensor.float}. */
    @Torch("Tensor.float(self, memory_format=None)")
    public static Tensor float32(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.FLOAT32, false, memoryFormat);
    }

    /** To float16. As {@code Tensor.half}. */
    @Torch("Tensor.half(self, memory_format=None)")
    public static Tensor float16(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.FLOAT16, false, memoryFormat);
    }

    /** To int32. As {@code Tensor.int}. */
    @Torch("Tensor.int(self, memory_format=None)")
    public static Tensor int32(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.INT32, false, memoryFormat);
    }

    /** To int64. As {@code Tensor.long}. */
    @Torch("Tensor.long(self, memory_format=None)")
    public static Tensor int64(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.INT64, false, memoryFormat);
    }

    /** To int16. As {@code Tensor.short}. */
    @Torch("Tensor.short(self, memory_format=None)")
    public static Tensor int16(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.INT16, false, memoryFormat);
    }

    /** Complex numbers of parts, put over {@code out}, which must have their very dtype. As {@code torch.complex}. */
    @Torch("complex(real: Tensor, imag: Tensor, *, out)")
    public static Tensor complex(Tensor real, Tensor imag, Tensor out) {
        Tensor made = Tensor.complex(real, imag);
        if (out.dtype() != made.dtype()) {
            throw CressetException.runtime("complex: out is " + out.dtype() + "; expected " + made.dtype());
        }
        OutArgument.store("complex", out, List.of(real, imag), made);
        return out;
    }

    /** To complex32. As {@code Tensor.chalf}. */
    @Torch("Tensor.chalf(self, memory_format=None)")
    public static Tensor complex32(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.COMPLEX32, false, memoryFormat);
    }

    /** To complex64. As {@code Tensor.cfloat}. */
    @Torch("Tensor.cfloat(self, memory_format=None)")
    public static Tensor complex64(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.COMPLEX64, false, memoryFormat);
    }

    /** To complex128. As {@code Tensor.cdouble}. */
    @Torch("Tensor.cdouble(self, memory_format=None)")
    public static Tensor complex128(Tensor self, @Nullable String memoryFormat) {
        return to(self, DType.COMPLEX128, false, memoryFormat);
    }

    // ---- made like another tensor ----

    private static final String LIKE =
            "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=None)";
    private static final String NEW = "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False)";

    private static Tensor like(
            Tensor self, Shape shape, @Nullable DType dtype, boolean requiresGrad, @Nullable Number value) {
        DType t = dtype == null ? self.dtype() : dtype;
        boolean same = shape.equals(self.shape());
        Tensor made = Reproducible.unknown(
                same && self instanceof Dense d && d.isDense()
                        ? Dense.emptyLike(d, t)
                        : Dense.empty(shape, t, self.device()));
        if (value == null) {
            made = CreationFunctions.fresh(made);
        } else if (self.device() == Device.CPU) {
            made.copy_(Tensor.number(value));
        }
        return requiresGrad ? made.requiresGrad(true) : made;
    }

    private static Tensor filled(
            String op, Tensor self, Shape shape, @Nullable DType dtype, boolean requiresGrad, Tensor value) {
        Tensor made = like(self, shape, dtype, false, null);
        if (value.dtype().isComplex() && !made.dtype().isComplex()) {
            throw CressetException.runtime(op + ": a complex number can't fill a tensor of " + made.dtype());
        }
        if (made.dtype().isInteger()) {
            double v = value.item();
            if (!(v <= made.dtype().maxValue() && v >= -made.dtype().maxValue() - 1)) {
                throw CressetException.runtime(op + ": " + v + " is outside of the range of " + made.dtype());
            }
        }
        if (made.device() == Device.CPU) {
            made.copy_(value.detach());
        }
        return requiresGrad ? made.requiresGrad(true) : made;
    }

    /** Unknown content. As {@code torch.empty_like}. */
    @Torch("empty_like(self, *, " + LIKE)
    public static Tensor emptyLike(Tensor self, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, self.shape(), dtype, requiresGrad, null);
    }

    /** Zeros. As {@code torch.zeros_like}. */
    @Torch("zeros_like(self, *, " + LIKE)
    public static Tensor zerosLike(Tensor self, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, self.shape(), dtype, requiresGrad, 0);
    }

    /** Ones. As {@code torch.ones_like}. */
    @Torch("ones_like(self, *, " + LIKE)
    public static Tensor onesLike(Tensor self, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, self.shape(), dtype, requiresGrad, 1);
    }

    /** One value. As {@code torch.full_like}. */
    @Torch("full_like(self, fill_value, *, " + LIKE)
    public static Tensor fullLike(Tensor self, Tensor fillValue, @Nullable DType dtype, boolean requiresGrad) {
        return filled("full_like", self, self.shape(), dtype, requiresGrad, fillValue);
    }

    /** Uniform in [0, 1). As {@code torch.rand_like}. */
    @Torch("rand_like(self, *, generator=None, " + LIKE)
    public static Tensor randLike(
            Tensor self, @Nullable Generator generator, @Nullable DType dtype, boolean requiresGrad) {
        Tensor made = like(self, self.shape(), dtype, false, null).uniform_(0, 1, generator);
        return requiresGrad ? made.requiresGrad(true) : made;
    }

    /** Standard normal. As {@code torch.randn_like}. */
    @Torch("randn_like(self, *, generator=None, " + LIKE)
    public static Tensor randnLike(
            Tensor self, @Nullable Generator generator, @Nullable DType dtype, boolean requiresGrad) {
        Tensor made = like(self, self.shape(), dtype, false, null).normal_(0, 1, generator);
        return requiresGrad ? made.requiresGrad(true) : made;
    }

    /** Uniform integers from 0 to before {@code high}. As {@code torch.randint_like}. */
    @Torch("randint_like(self, high, *, generator=None, " + LIKE)
    public static Tensor randintLike(
            Tensor self, long high, @Nullable Generator generator, @Nullable DType dtype, boolean requiresGrad) {
        return randintLike(self, 0, high, generator, dtype, requiresGrad);
    }

    /** Uniform integers. As {@code torch.randint_like}. */
    @Torch("randint_like(self, low, high, *, generator=None, " + LIKE)
    public static Tensor randintLike(
            Tensor self,
            long low,
            long high,
            @Nullable Generator generator,
            @Nullable DType dtype,
            boolean requiresGrad) {
        Tensor made = like(self, self.shape(), dtype, false, null).random_(low, high, generator);
        return requiresGrad ? made.requiresGrad(true) : made;
    }

    /** Unknown content of another shape. As {@code Tensor.new_empty}. */
    @Torch("Tensor.new_empty(self, *size, " + NEW)
    public static Tensor newEmpty(Tensor self, Shape size, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, size, dtype, requiresGrad, null);
    }

    /** Unknown content of another shape with given strides. As {@code Tensor.new_empty_strided}. */
    @Torch("Tensor.new_empty_strided(self, size, stride, *, " + NEW)
    public static Tensor newEmptyStrided(
            Tensor self, Shape size, long[] stride, @Nullable DType dtype, boolean requiresGrad) {
        return CreationFunctions.emptyStrided(
                size, stride, dtype == null ? self.dtype() : dtype, self.device(), requiresGrad);
    }

    /** Zeros of another shape. As {@code Tensor.new_zeros}. */
    @Torch("Tensor.new_zeros(self, *size, " + NEW)
    public static Tensor newZeros(Tensor self, Shape size, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, size, dtype, requiresGrad, 0);
    }

    /** Ones of another shape. As {@code Tensor.new_ones}. */
    @Torch("Tensor.new_ones(self, *size, " + NEW)
    public static Tensor newOnes(Tensor self, Shape size, @Nullable DType dtype, boolean requiresGrad) {
        return like(self, size, dtype, requiresGrad, 1);
    }

    /** One value of another shape. As {@code Tensor.new_full}. */
    @Torch("Tensor.new_full(self, size, fill_value, *, " + NEW)
    public static Tensor newFull(
            Tensor self, Shape size, Tensor fillValue, @Nullable DType dtype, boolean requiresGrad) {
        return filled("new_full", self, size, dtype, requiresGrad, fillValue);
    }

    // ---- joining, choosing, splitting ----

    /** Joined along a dimension. As {@code torch.cat}. */
    @Torch({"cat(tensors, dim=0)", "concat(tensors, dim=0)", "concatenate(tensors, dim=0)"})
    public static Tensor cat(Tensor[] tensors, long dim) {
        return Tensor.cat(dim, tensors);
    }

    /** Joined along a new dimension. As {@code torch.stack}. */
    @Torch("stack(tensors, dim=0)")
    public static Tensor stack(Tensor[] tensors, long dim) {
        return Tensor.stack(dim, tensors);
    }

    /** From one tensor where a condition holds, else from another. As {@code torch.where}. */
    @Torch("where(condition: Tensor, self: Scalar, other)")
    public static Tensor where(Tensor condition, Tensor self, Tensor other) {
        return Tensor.where(condition, self, other);
    }

    /** Positions where a condition holds, one tensor for each dimension. As {@code torch.where}. */
    @Torch("where(condition)")
    public static Tensor[] where(Tensor condition) {
        return nonzero(condition);
    }

    private static Tensor[] nonzero(Tensor t) {
        return (t.dim() == 0 ? t.unsqueeze(0) : t).nonzero().unbind(1);
    }

    /** Positions of what isn't zero, in one tensor or in one for each dimension. As {@code torch.nonzero}. */
    @Torch("nonzero(self, *, as_tuple)")
    public static Object nonzero(Tensor self, boolean asTuple) {
        return asTuple ? nonzero(self) : self.nonzero();
    }

    /** A part of a dimension from where a tensor without dimensions says. As {@code torch.narrow}. */
    @Torch("narrow(self, dim, start: Tensor, length)")
    public static Tensor narrow(Tensor self, long dim, Tensor start, long length) {
        if (start.dim() > 0 || !start.dtype().isInteger()) {
            throw CressetException.runtime("narrow: the start is " + start.dtype() + start.shape()
                    + "; expected an integer tensor without dimensions");
        }
        if (start.hasValues()) {
            return self.narrow(dim, start.itemLong(), length);
        }
        Tensor from = Tensor.where(start.lt(0), start.add(self.size((int) dim)), start);
        return self.indexSelect(dim, Tensor.arange(length).add(from));
    }

    /** Equal pieces. As {@code torch.split}. */
    @Torch({
        "split(self, split_size_or_sections, dim=0)",
        "Tensor.split(self, split_size, dim=0)",
        "unsafe_split(self, split_size, dim=0)"
    })
    public static Tensor[] split(Tensor self, long splitSize, long dim) {
        return self.split(splitSize, dim);
    }

    /** Pieces of given sizes. As {@code torch.split}. */
    @Torch({"split(self, split_size_or_sections, dim=0)", "Tensor.split(self, split_size, dim=0)"})
    public static Tensor[] split(Tensor self, long[] splitSize, long dim) {
        return self.split(splitSize, dim);
    }

    /** As {@link Tensor#chunk}. As {@code torch.unsafe_chunk}. */
    @Torch("unsafe_chunk(self, chunks, dim=0)")
    public static Tensor[] chunk(Tensor self, long chunks, long dim) {
        return self.chunk(chunks, dim);
    }

    /** Values put where an index says. As {@code torch.scatter}. */
    @Torch("scatter(self, dim, index, src)")
    public static Tensor scatter(Tensor self, long dim, Tensor index, Tensor src) {
        return src.isNumber() ? scatter(self, dim, index, src.item()) : self.scatter(dim, index, src);
    }

    /** One value put where an index says. As {@code torch.scatter}. */
    @Torch({"scatter(self, dim, index, value)", "scatter(self, dim, index, src)"})
    public static Tensor scatter(Tensor self, long dim, Tensor index, Number value) {
        return self.scatter(dim, index, value);
    }

    /** Values combined where an index says. As {@code torch.scatter}. */
    @Torch("scatter(self, dim, index, src, *, reduce)")
    public static Tensor scatter(Tensor self, long dim, Tensor index, Tensor src, String reduce) {
        Tensor values =
                src.dim() == 0 ? src.to(self.dtype()).expand(index.shape().toArray()) : src;
        return switch (reduce) {
            case "add" -> self.scatterAdd(dim, index, values);
            case "multiply" -> self.scatterReduce(dim, index, values, "prod", true);
            default ->
                throw CressetException.runtime("scatter: reduce is \"" + reduce + "\"; expected add or multiply");
        };
    }

    // ---- reductions ----

    /** The largest of all. As {@code torch.max}. */
    @Torch("max(self)")
    public static Tensor max(Tensor self) {
        return self.max();
    }

    /** The largest along a dimension, and where. As {@code torch.max}. */
    @Torch("max(self, dim, keepdim=False)")
    public static Tensor[] max(Tensor self, long dim, boolean keepdim) {
        return self.max(dim, keepdim);
    }

    /** The larger of each pair. As {@code torch.max}. */
    @Torch("max(self, other: Tensor)")
    public static Tensor max(Tensor self, Tensor other) {
        return self.maximum(other);
    }

    /** The smallest of all. As {@code torch.min}. */
    @Torch("min(self)")
    public static Tensor min(Tensor self) {
        return self.min();
    }

    /** The smallest along a dimension, and where. As {@code torch.min}. */
    @Torch("min(self, dim, keepdim=False)")
    public static Tensor[] min(Tensor self, long dim, boolean keepdim) {
        return self.min(dim, keepdim);
    }

    /** The smaller of each pair. As {@code torch.min}. */
    @Torch("min(self, other: Tensor)")
    public static Tensor min(Tensor self, Tensor other) {
        return self.minimum(other);
    }

    private static double correction(boolean unbiased) {
        return unbiased ? 1 : 0;
    }

    /** The variance. As {@code torch.var}. */
    @Torch("var(self, dim, unbiased=True, keepdim=False)")
    public static Tensor var(Tensor self, long @Nullable [] dim, boolean unbiased, boolean keepdim) {
        return self.var(dim, correction(unbiased), keepdim);
    }

    /** The variance of all. As {@code torch.var}. */
    @Torch("var(self, unbiased)")
    public static Tensor var(Tensor self, boolean unbiased) {
        return self.var(null, correction(unbiased), false);
    }

    /** The standard deviation. As {@code torch.std}. */
    @Torch("std(self, dim, unbiased=True, keepdim=False)")
    public static Tensor std(Tensor self, long @Nullable [] dim, boolean unbiased, boolean keepdim) {
        return self.std(dim, correction(unbiased), keepdim);
    }

    /** The standard deviation of all. As {@code torch.std}. */
    @Torch("std(self, unbiased)")
    public static Tensor std(Tensor self, boolean unbiased) {
        return self.std(null, correction(unbiased), false);
    }

    /** Variance and mean. As {@code torch.var_mean}. */
    @Torch("var_mean(self, dim, unbiased=True, keepdim=False)")
    public static Tensor[] varMean(Tensor self, long @Nullable [] dim, boolean unbiased, boolean keepdim) {
        return self.varMean(dim, correction(unbiased), keepdim);
    }

    /** Variance and mean of all. As {@code torch.var_mean}. */
    @Torch("var_mean(self, unbiased)")
    public static Tensor[] varMean(Tensor self, boolean unbiased) {
        return self.varMean(null, correction(unbiased), false);
    }

    /** Standard deviation and mean. As {@code torch.std_mean}. */
    @Torch("std_mean(self, dim, unbiased=True, keepdim=False)")
    public static Tensor[] stdMean(Tensor self, long @Nullable [] dim, boolean unbiased, boolean keepdim) {
        return self.stdMean(dim, correction(unbiased), keepdim);
    }

    /** Standard deviation and mean of all. As {@code torch.std_mean}. */
    @Torch("std_mean(self, unbiased)")
    public static Tensor[] stdMean(Tensor self, boolean unbiased) {
        return self.stdMean(null, correction(unbiased), false);
    }

    /** A value everywhere, of a tensor of rank 0. As {@code torch.fill}. */
    @Torch("fill(self, value)")
    public static Tensor fill(Tensor self, Tensor value) {
        if (value.dim() != 0) {
            throw CressetException.runtime("fill: the value has shape " + value.shape() + "; expected no dimensions");
        }
        return Fill.OP.on(None.NONE, self, value);
    }

    /** The shape that shapes broadcast to. As {@code torch.broadcast_shapes}. */
    @Torch("broadcast_shapes(*shapes)")
    public static Shape broadcastShapes(Object[] shapes) {
        long[] result = new long[0];
        for (Object s : shapes) {
            result = broadcast(result, (long[]) Objects.requireNonNull(LONGS.convert(s)), shapes);
        }
        return Shape.of(result);
    }

    private static final Converter LONGS = new Lists(Lists.Target.ARRAY, Scalars.LONG, long.class, true);

    private static long[] broadcast(long[] a, long[] b, Object[] all) {
        long[] wide = (a.length >= b.length ? a : b).clone();
        long[] other = a.length >= b.length ? b : a;
        for (int i = 0; i < other.length; i++) {
            int at = wide.length - other.length + i;
            if (wide[at] != other[i] && wide[at] != 1 && other[i] != 1) {
                throw CressetException.runtime(
                        "broadcast_shapes: " + Arrays.deepToString(all) + " don't broadcast together");
            }
            wide[at] = wide[at] == 1 ? other[i] : wide[at];
        }
        return wide;
    }

    /** Tensors expanded to one shape. As {@code torch.broadcast_tensors}. */
    @Torch("broadcast_tensors(*tensors)")
    public static Tensor[] broadcastTensors(Tensor... tensors) {
        long[] shape = new long[0];
        Object[] shapes = new Object[tensors.length];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = tensors[i].shape().toArray();
        }
        for (Object s : shapes) {
            shape = broadcast(shape, (long[]) s, shapes);
        }
        Tensor[] all = new Tensor[tensors.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = tensors[i].expand(shape);
        }
        return all;
    }
}
