package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where the (lower) median along a dimension is; where there are NaN the first of them, unless those are passed over. */
public final class MiddlePlace extends Sort {
    public static final MiddlePlace OP = new MiddlePlace();

    /** The dimension, which keeps size 1, and whether NaN is passed over. */
    public record Attrs(int dim, boolean ignoreNan) {}

    private MiddlePlace() {
        super("median", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        int d = ((Attrs) attrs).dim;
        return spec(Reduce.reduced(in[0].shape(), new Reduce.Axes(1L << d, true, null)), DType.INT64);
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense x = in[0];
        Object first = new Views.Longs(a.dim, 0);
        Dense heads = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
        Dense places = (Dense) Views.Select.OP.eval(first, new Tensor[] {out[0]})[0];
        Geometry g = Geometry.of(heads.shape(), places, heads);
        int n = Math.toIntExact(x.size(a.dim));
        long step = x.stride(a.dim) << x.dtype().shift();
        Workers.parallelFor(g.numel, Math.max(1, 2048 / n), (lo, hi) -> {
            LineSort line = new LineSort(x, false, n);
            for (long i = lo; i < hi; i++) {
                int place = line.middle(g.offset(1, i), step, a.ignoreNan);
                Convert.writeLong(DType.INT64, out[0].segment(), g.offset(0, i), place);
            }
            line.done();
        });
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs a = (Attrs) attrs;
        return all(new Attrs(a.dim + 1, a.ignoreNan), in[0]);
    }
}
