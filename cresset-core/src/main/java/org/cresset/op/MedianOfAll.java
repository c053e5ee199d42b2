package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The (lower) median of all elements, NaN if one is unless those are passed over; equal elements share the gradient. */
public final class MedianOfAll extends Sort {
    public static final MedianOfAll OP = new MedianOfAll();

    /** Whether NaN is passed over. */
    public record Attrs(boolean ignoreNan) {}

    private MedianOfAll() {
        super("median", Saves.ALL);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Shape.SCALAR, in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense x = Rows.convert(in[0], in[0].dtype());
        DType t = x.dtype();
        int n = Math.toIntExact(x.numel());
        int nans = t.isFloat() ? (int) x.isnan().sum().item() : 0;
        boolean ignore = ((Attrs) attrs).ignoreNan;
        if (n == nans || nans > 0 && !ignore) {
            Convert.writeDouble(t, out[0].segment(), out[0].byteOffset(), Double.NaN);
            return;
        }
        int at = new LineSort(x, false, n).find(x.byteOffset(), t.size(), (n - nans - 1) / 2);
        Convert.move(
                x.segment(),
                x.byteOffset() + ((long) at << t.shift()),
                0,
                out[0].segment(),
                out[0].byteOffset(),
                0,
                t.size(),
                1);
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor x = v.input(0);
        Tensor y = v.output(0);
        Tensor hit = x.eq(y).logicalOr(x.isnan().logicalAnd(y.isnan())).to(x.dtype());
        v.set(0, hit.mul(v.grad().div(hit.sum())));
    }
}
