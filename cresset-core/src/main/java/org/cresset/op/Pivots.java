package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The permutation of n rows that LAPACK's pivots stand for: row i of PA' is row perm[i] of A' (int64). */
public final class Pivots extends Linalg {
    private static final Pivots OP = new Pivots();

    /** Number of rows, and whether the permutation is wanted the other way round. */
    record Attrs(long rows, boolean inverse) {}

    private Pivots() {
        super("lu_unpack", Saves.NOTHING);
    }

    /** Rows of {@code a} (..., n, k) as pivoting puts them ({@code toFactor}), or put back. */
    public static Tensor permute(Tensor a, Tensor pivots, boolean toFactor) {
        Tensor p = permutation(pivots, a.size(-2), !toFactor);
        return a.gather(-2, p.unsqueeze(-1).expand(a.shape().toArray()));
    }

    /** For each row after pivoting the row that it was before, or the other way round. */
    public static Tensor permutation(Tensor pivots, long rows, boolean inverse) {
        return OP.on(new Attrs(rows, inverse), pivots);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        if (in[0].dim() == 0 || in[0].dtype() != DType.INT32) {
            throw CressetException.runtime(name() + ": pivots are " + in[0].dtype() + in[0].shape()
                    + "; expected int32 with at least one dimension, as lu_factor gives them");
        }
        return spec(shape(in[0], 1, ((Attrs) attrs).rows), DType.INT64);
    }

    @Override
    protected boolean matrices(int output, Spec[] specs, Tensor first) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        int n = Math.toIntExact(t.rows);
        int k = Math.toIntExact(in[0].size(-1));
        long count = n == 0 ? 0 : out[0].numel() / n;
        int[] rows = new int[n];
        for (long b = 0; b < count; b++) {
            for (int i = 0; i < n; i++) {
                rows[i] = i;
            }
            for (int i = 0; i < k; i++) {
                long p = in[0].readLong(b * k + i) - 1;
                if (p < 0 || p >= n) {
                    throw CressetException.runtime(name() + ": pivot " + (p + 1) + " at place " + i + " of "
                            + in[0].shape() + "; pivots count from 1 and must be at most " + n);
                }
                int swap = rows[i];
                rows[i] = rows[(int) p];
                rows[(int) p] = swap;
            }
            for (int i = 0; i < n; i++) {
                long at = b * n + (t.inverse ? rows[i] : i);
                Convert.writeLong(DType.INT64, out[0].segment(), out[0].byteOffset() + 8 * at, t.inverse ? i : rows[i]);
            }
        }
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }
}
