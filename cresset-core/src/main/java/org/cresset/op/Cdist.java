package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The p-norms of the differences of all pairs of rows of (b, m, k) and (b, n, k), without memory for the differences. */
public final class Cdist extends Fused {
    private static final Cdist OP = new Cdist();

    /** The order of the norm. */
    record Attrs(double p) {}

    private Cdist() {
        super("cdist", Saves.INPUTS);
    }

    /** The distances (b, m, n). */
    public static Tensor distances(Tensor a, Tensor b, double p) {
        return OP.on(new Attrs(p), a, b);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.FULL;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        Tensor b = in[1];
        boolean type = a.dtype() == DType.FLOAT32 || a.dtype() == DType.FLOAT64;
        if (!type || a.dtype() != b.dtype()) {
            throw CressetException.runtime("cdist: operands are " + a.dtype() + a.shape() + " and " + b.dtype()
                    + b.shape() + "; expected both float32 or both float64");
        }
        return spec(Shape.of(a.size(0), a.size(1), b.size(1)), a.dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        double p = ((Attrs) attrs).p;
        Dense a = (Dense) in[0].detach().contiguous();
        Dense b = (Dense) in[1].detach().contiguous();
        long m = a.size(1);
        long n = b.size(1);
        long k = a.size(2);
        Dense y = out[0];
        int size = y.dtype().size();
        if (y.numel() == 0) {
            return;
        }
        Workers.parallelFor(y.size(0) * m, Math.max(1, (1 << 14) / Math.max(1, n * k)), (from, to) -> {
            DistanceRows rows = new DistanceRows(b, p);
            for (long r = from; r < to; ) {
                long end = Math.min(to, (r / m + 1) * m); // rows of one matrix
                for (long j = 0; j < n; j += rows.block()) {
                    int count = (int) Math.min(rows.block(), n - j);
                    rows.load(r / m * n + j, count);
                    for (long i = r; i < end; i++) {
                        long at = y.byteOffset() + (i * n + j) * size;
                        rows.distances(a, a.byteOffset() + i * k * size, 0, count, y, at);
                    }
                }
                r = end;
            }
        });
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        double p = ((Attrs) attrs).p;
        Tensor d = in[0].unsqueeze(-2).sub(in[1].unsqueeze(-3));
        if (d.size(-1) == 0) {
            return new Tensor[] {d.sum(-1)};
        }
        return new Tensor[] {VectorNorm.norm("cdist", d, p, new long[] {-1}, false)};
    }
}
