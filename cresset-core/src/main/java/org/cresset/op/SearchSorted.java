package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where values belong in rising sequences: in one, or in each value's own row. Inputs: sequences, values, order or null. */
public final class SearchSorted extends Sort {
    public static final SearchSorted OP = new SearchSorted();

    /** Whether a value belongs behind its equals, and whether the result is int32. */
    public record Attrs(boolean right, boolean int32) {}

    private SearchSorted() {
        super("searchsorted", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[1].shape(), ((Attrs) attrs).int32 ? DType.INT32 : DType.INT64);
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense sequence = Rows.convert(in[0], in[0].dtype());
        Dense values = Rows.convert(in[1], in[1].dtype());
        Dense order = in[2] == null ? null : Rows.convert(in[2], DType.INT64);
        boolean right = ((Attrs) attrs).right;
        boolean whole = !sequence.dtype().isFloat() && !values.dtype().isFloat();
        long n = sequence.size(sequence.dim() - 1);
        boolean shared = sequence.dim() == 1;
        long perRow = values.dim() == 0 ? 1 : Math.max(1, values.size(values.dim() - 1));
        Dense o = out[0];
        Workers.parallelFor(values.numel(), 1024, (from, to) -> {
            for (long i = from; i < to; i++) {
                long start = shared ? 0 : i / perRow * n;
                long lo = 0;
                long hi = n;
                while (lo < hi) {
                    long mid = (lo + hi) >>> 1;
                    long at = start + (order == null ? mid : order.readLong(start + mid));
                    boolean before;
                    if (whole) {
                        long s = sequence.readLong(at);
                        long v = values.readLong(i);
                        before = right ? s <= v : s < v;
                    } else {
                        double s = sequence.read(at);
                        double v = values.read(i);
                        before = right ? !(s > v) : !(s >= v);
                    }
                    if (before) {
                        lo = mid + 1;
                    } else {
                        hi = mid;
                    }
                }
                o.write(i, lo);
            }
        });
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }
}
