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
        int m = Math.toIntExact(a.size(1));
        int n = Math.toIntExact(b.size(1));
        int k = Math.toIntExact(a.size(2));
        Dense y = out[0];
        DType t = y.dtype();
        int size = t.size();
        Workers.parallelFor(y.size(0) * m, Math.max(1, (1 << 14) / Math.max(1, (long) n * k)), (from, to) -> {
            double[] row = new double[k];
            for (long r = from; r < to; r++) {
                for (int i = 0; i < k; i++) {
                    row[i] = Convert.readDouble(t, a.segment(), a.byteOffset() + (r * k + i) * size);
                }
                for (int j = 0; j < n; j++) {
                    long other = b.byteOffset() + ((r / m) * n + j) * k * size;
                    double d = distance(row, t, b, other, p);
                    Convert.writeDouble(t, y.segment(), y.byteOffset() + (r * n + j) * size, d);
                }
            }
        });
    }

    private static double distance(double[] row, DType t, Dense b, long at, double p) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            double d = Math.abs(row[i] - Convert.readDouble(t, b.segment(), at + (long) i * t.size()));
            if (p == 2) {
                sum += d * d;
            } else if (p == 1) {
                sum += d;
            } else if (p == Double.POSITIVE_INFINITY) {
                sum = Math.max(sum, d);
            } else if (p == 0) {
                sum += d != 0 ? 1 : 0;
            } else {
                sum += Math.pow(d, p);
            }
        }
        return p == 2 ? Math.sqrt(sum) : p == 1 || p == 0 || Double.isInfinite(p) ? sum : Math.pow(sum, 1 / p);
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
