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
        return finish(between("linspace", start, end, steps), start, end, dtype, device, requiresGrad);
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
        Tensor powers = between("logspace", start, end, steps);
        Tensor values = Dense.number(base, DType.FLOAT64).pow(powers);
        return finish(values, start, end, dtype, device, requiresGrad);
    }

    private static Tensor between(String op, Tensor start, Tensor end, long steps) {
        if (start.dim() > 0 || end.dim() > 0) {
            throw CressetException.runtime(op + ": from " + start.dtype() + start.shape() + " to " + end.dtype()
                    + end.shape() + "; expected numbers or tensors without dimensions");
        }
        if (steps < 0) {
            throw CressetException.runtime(op + ": " + steps + " steps; expected at least 0");
        }
        Tensor from = start.to(wide(start));
        Tensor to = end.to(wide(end));
        Tensor i = Tensor.arange(steps).to(DType.FLOAT64);
        Tensor step = to.sub(from).div((double) Math.max(1, steps - 1));
        Tensor up = from.add(step.mul(i));
        Tensor down = to.sub(step.mul(i.neg().add((double) (steps - 1))));
        return steps == 1 ? up : Tensor.where(i.lt((double) ((steps + 1) / 2)), up, down); // exact at both ends
    }

    private static DType wide(Tensor t) {
        return t.dtype().isComplex() ? DType.COMPLEX128 : DType.FLOAT64;
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
