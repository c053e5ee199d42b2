package org.cresset.registry;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Ranges whose ends are tensors without dimensions, also where their values can't be read. */
final class TensorRanges {
    private static final String TAIL = "dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False)";

    private TensorRanges() {}

    /** Evenly from {@code start} to {@code end}, both included. As {@code torch.linspace}. */
    @Torch("linspace(start: Scalar, end, steps, *, " + TAIL)
    public static Tensor linspace(
            Tensor start,
            Tensor end,
            long steps,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        return finish(between(start, end, steps, dtype), start, end, dtype, device, requiresGrad);
    }

    /** {@code base} to powers that lie evenly from {@code start} to {@code end}. As {@code torch.logspace}. */
    @Torch("logspace(start: Scalar, end, steps, base=10.0, *, " + TAIL)
    public static Tensor logspace(
            Tensor start,
            Tensor end,
            long steps,
            double base,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        Tensor powers = CressetException.under("logspace", () -> between(start, end, steps, dtype));
        Tensor values = Dense.number(base, DType.FLOAT64).pow(powers);
        return finish(values, start, end, dtype, device, requiresGrad);
    }

    /** For a result of integers the ends are cut to integers first. */
    private static Tensor between(Tensor start, Tensor end, long steps, @Nullable DType dtype) {
        boolean whole = dtype != null && !dtype.isDifferentiable() && dtype != DType.BOOL;
        Tensor from = whole ? start.to(DType.INT64) : start;
        Tensor to = whole ? end.to(DType.INT64) : end;
        boolean complex = from.dtype().isComplex() || to.dtype().isComplex();
        return Tensor.linspace(from, to, steps, complex ? DType.COMPLEX128 : DType.FLOAT64);
    }

    private static Tensor finish(
            Tensor values,
            Tensor start,
            Tensor end,
            @Nullable DType dtype,
            @Nullable Device device,
            boolean requiresGrad) {
        boolean complex = start.dtype().isComplex() || end.dtype().isComplex();
        Tensor t = values.to(dtype != null ? dtype : complex ? DType.COMPLEX64 : DType.FLOAT32);
        Tensor placed = device == Device.META ? Dense.empty(t.shape(), t.dtype(), Device.META) : t;
        return requiresGrad ? placed.detach().requiresGrad(true) : placed;
    }
}
