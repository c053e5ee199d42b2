package org.cresset.op;

import java.lang.ref.Reference;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Matrix products by BLAS, in panels of a size that depends on nothing but the shapes, shared out among threads. */
final class Gemm {
    private static final int ROWS = 256;
    private static final int COLUMNS = 512;
    /** Multiplications that are worth another thread. */
    private static final long GRAIN = 1 << 18;

    private Gemm() {}

    /** Whether BLAS has products of this type. */
    static boolean handles(DType t) {
        return t.isComplex() || t == DType.FLOAT64 || t == DType.FLOAT32;
    }

    /** {@code c = a b (+ bias)}, each (batch, rows, columns), a and b with one of the last strides 1, c row-major. */
    static void run(Lapack l, Dense a, Dense b, @Nullable Dense bias, Dense c) {
        DType t = c.dtype();
        int m = Math.toIntExact(c.size(1));
        int n = Math.toIntExact(c.size(2));
        int k = Math.toIntExact(a.size(2));
        int down = (m + ROWS - 1) / ROWS;
        int across = (n + COLUMNS - 1) / COLUMNS;
        long panel = (long) Math.min(m, ROWS) * Math.min(n, COLUMNS) * k;
        Workers.parallelFor(c.size(0) * down * across, Math.max(1, GRAIN / Math.max(1, panel)), (from, to) -> {
            for (long job = from; job < to; job++) {
                long i = job / (down * across);
                int row = (int) (job / across % down) * ROWS;
                int column = (int) (job % across) * COLUMNS;
                // Row by row memory is the transpose column by column: Cᵀ = Bᵀ Aᵀ.
                l.gemm(
                        t,
                        b.stride(2) == 1 ? Lapack.Form.PLAIN : Lapack.Form.TRANSPOSED,
                        a.stride(2) == 1 ? Lapack.Form.PLAIN : Lapack.Form.TRANSPOSED,
                        Math.min(COLUMNS, n - column),
                        Math.min(ROWS, m - row),
                        k,
                        at(b, i, 0, column),
                        leading(b),
                        at(a, i, row, 0),
                        leading(a),
                        at(c, i, row, column),
                        Math.max(1, n));
            }
        });
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        if (bias != null) {
            Pointwise.copy((Dense) c.add(bias.detach()), c);
        }
        Reference.reachabilityFence(c);
    }

    private static long at(Dense t, long i, long r, long s) {
        return t.segment().address()
                + (t.storageOffset() + i * t.stride(0) + r * t.stride(1) + s * t.stride(2)
                        << t.dtype().shift());
    }

    private static int leading(Dense t) {
        boolean rows = t.stride(2) == 1;
        return Math.toIntExact(Math.max(1, Math.max(rows ? t.size(2) : t.size(1), rows ? t.stride(1) : t.stride(2))));
    }
}
