package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * The largest elements of windows of float32 rows and where they are. What is largest in each column is found first, for whole
 * rows, which becomes vector code by itself; then the largest of the window's columns, and only at last the place, in a column
 * that has it.
 */
final class PoolPlaces implements PoolRows.Row {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Elements of a window from which on this is quicker than a comparison of each. */
    private static final long MANY = 16;

    private final PoolRows pool;
    private final Windows windows;
    private final Dense x;
    private final Dense y;
    private final Dense index;
    private final float[] most;
    private final float[] row;
    private final float[] best;
    private final long[] where;

    PoolPlaces(PoolRows pool, Windows windows, Dense x, Dense y, Dense index) {
        this.pool = pool;
        this.windows = windows;
        this.x = x;
        this.y = y;
        this.index = index;
        most = new float[pool.width];
        row = new float[pool.width];
        best = new float[pool.results];
        where = new long[pool.results];
    }

    /** Whether windows, going by the first, are large enough. */
    static boolean fits(Windows w) {
        long elements = 1;
        for (int d = 0; d < 3; d++) {
            elements *= w.from()[d].length == 0 ? 1 : (w.to()[d][0] - w.from()[d][0] + w.step()[d] - 1) / w.step()[d];
        }
        return elements >= MANY;
    }

    @Override
    public void at(long n, long c, int d, int h) {
        columns(n, c, d, h);
        MemorySegment m = Window.of(x.segment(), 0, x.segment().byteSize());
        for (int v = 0; v < best.length; v++) {
            float b = largest(most, pool.from[v], pool.to[v], pool.step);
            long place = Float.isNaN(b) ? lastNan(m, n, c, d, h, v) : first(m, n, c, d, h, v, b);
            where[v] = place < 0 ? place(windows.from()[0][d], windows.from()[1][h], pool.from[v]) : place;
            best[v] = place < 0 ? b : m.get(F, PoolRows.row(x, n, c, 0, 0) + offset(place));
        }
        MemorySegment.copy(best, 0, y.segment(), F, PoolRows.row(y, n, c, d, h), best.length);
        MemorySegment.copy(
                where,
                0,
                index.segment(),
                ValueLayout.JAVA_LONG_UNALIGNED,
                PoolRows.row(index, n, c, d, h),
                where.length);
    }

    /** The largest of each column, or NaN. */
    private void columns(long n, long c, int d, int h) {
        Arrays.fill(most, Float.NEGATIVE_INFINITY);
        for (long i = windows.from()[0][d]; i < windows.to()[0][d]; i += windows.step()[0]) {
            for (long j = windows.from()[1][h]; j < windows.to()[1][h]; j += windows.step()[1]) {
                MemorySegment.copy(x.segment(), F, PoolRows.row(x, n, c, i, j), row, 0, row.length);
                PoolRows.larger(most, row);
            }
        }
    }

    private static float largest(float[] most, int from, int to, int step) {
        float b = Float.NEGATIVE_INFINITY;
        for (int k = from; k < to; k += step) {
            b = Math.max(b, most[k]);
        }
        return b;
    }

    private long place(long i, long j, long k) {
        return (i * x.size(3) + j) * x.size(4) + k;
    }

    /** Bytes from the first element of a channel. */
    private long offset(long place) {
        long line = place / x.size(4);
        long i = line / x.size(3);
        return i * x.stride(2) + (line - i * x.size(3)) * x.stride(3) + (place - line * x.size(4)) << 2;
    }

    /** The first place of {@code value} in a window, or -1 if it has no elements. */
    private long first(MemorySegment m, long n, long c, int d, int h, int v, float value) {
        long found = Long.MAX_VALUE;
        for (int k = pool.from[v]; k < pool.to[v]; k += pool.step) {
            if (most[k] == value) {
                found = Math.min(found, firstOfColumn(m, n, c, d, h, k, value));
            }
        }
        return found == Long.MAX_VALUE ? -1 : found;
    }

    private long firstOfColumn(MemorySegment m, long n, long c, int d, int h, int k, float value) {
        for (long i = windows.from()[0][d]; i < windows.to()[0][d]; i += windows.step()[0]) {
            for (long j = windows.from()[1][h]; j < windows.to()[1][h]; j += windows.step()[1]) {
                if (m.get(F, PoolRows.row(x, n, c, i, j) + 4L * k) == value) {
                    return place(i, j, k);
                }
            }
        }
        return Long.MAX_VALUE;
    }

    private long lastNan(MemorySegment m, long n, long c, int d, int h, int v) {
        long found = -1;
        for (int k = pool.from[v]; k < pool.to[v]; k += pool.step) {
            for (long i = windows.from()[0][d];
                    Float.isNaN(most[k]) && i < windows.to()[0][d];
                    i += windows.step()[0]) {
                for (long j = windows.from()[1][h]; j < windows.to()[1][h]; j += windows.step()[1]) {
                    boolean nan = Float.isNaN(m.get(F, PoolRows.row(x, n, c, i, j) + 4L * k));
                    found = nan ? Math.max(found, place(i, j, k)) : found;
                }
            }
        }
        return found;
    }
}
