package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where the most frequent element along a dimension is: the last place of the smallest of those that come most often. */
public final class Frequencies extends Sort {
    public static final Frequencies OP = new Frequencies();

    private Frequencies() {
        super("mode", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        if (in[0].dtype().isComplex()) {
            throw CressetException.unsupported("mode: complex numbers have no order");
        }
        int d = ((Extremes.Along) attrs).dim();
        return spec(Reduce.reduced(in[0].shape(), new Reduce.Axes(1L << d, true, null)), DType.INT64);
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense x = in[0];
        int d = ((Extremes.Along) attrs).dim();
        Object first = new Views.Longs(d, 0);
        Dense heads = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
        Dense places = (Dense) Views.Select.OP.eval(first, new Tensor[] {out[0]})[0];
        Geometry g = Geometry.of(heads.shape(), places, heads);
        int n = Math.toIntExact(x.size(d));
        long step = x.stride(d) << x.dtype().shift();
        Workers.parallelFor(g.numel, Math.max(1, 2048 / n), (lo, hi) -> {
            LineSort line = new LineSort(x, false, n);
            for (long i = lo; i < hi; i++) {
                line.sort(g.offset(1, i), step, n);
                int best = line.endOfLongestRun();
                Convert.writeLong(DType.INT64, out[0].segment(), g.offset(0, i), line.place(best));
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
        return all(new Extremes.Along(((Extremes.Along) attrs).dim() + 1, true), in[0]);
    }
}
