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
        int nans = t.isFloat() ? nans(x) : 0;
        boolean ignore = ((Attrs) attrs).ignoreNan;
        if (n == nans || nans > 0 && !ignore) {
            Convert.writeDouble(t, out[0].segment(), out[0].byteOffset(), Double.NaN);
            return;
        }
        LineSort line = new LineSort(x, false, n);
        int at = line.find(x.byteOffset(), t.size(), (n - nans - 1) / 2);
        line.done();
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

    private static int nans(Dense x) {
        DType t = x.dtype();
        LineArrays arrays = LineArrays.own();
        int count = 0;
        int n = (int) x.numel();
        for (int i = 0; i < n; i += LineArrays.SOME) {
            int some = Math.min(LineArrays.SOME, n - i);
            arrays.read(t, x.segment(), x.byteOffset() + ((long) i << t.shift()), t.size(), arrays.first, some);
            count += nans(arrays.first, some);
        }
        return count;
    }

    private static int nans(double[] numbers, int n) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            count += Double.isNaN(numbers[i]) ? 1 : 0;
        }
        return count;
    }

    @Override
    protected void vjp(Vjp v) {
        Tensor x = v.input(0);
        Tensor y = v.output(0);
        Tensor hit = x.eq(y).logicalOr(x.isnan().logicalAnd(y.isnan())).to(x.dtype());
        v.set(0, hit.mul(v.grad().div(hit.sum())));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Tensor rows = in[0].reshape(size, in[0].numel() / size);
        if (rows.size(1) == 0) {
            return super.batch(attrs, in, mapped, size);
        }
        return new Tensor[] {(((Attrs) attrs).ignoreNan ? rows.nanmedian(1, false) : rows.median(1, false))[0]};
    }
}
