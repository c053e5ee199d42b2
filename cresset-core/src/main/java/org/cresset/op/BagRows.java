package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Window;

/**
 * Adds rows of floats, each times its weight, to a row. Several rows in one loop read and write the sum once, in the order in
 * which one after the other would be added, so that the bits are the same.
 */
final class BagRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int ROWS = 4;

    private BagRows() {}

    /** Adds the rows {@code which[from..to]} of n floats, which begin at {@code first} of the table, to the row at {@code yo}. */
    static void add(
            MemorySegment table,
            long first,
            long[] which,
            float[] weights,
            int from,
            int to,
            MemorySegment y,
            long yo,
            int n) {
        int i = from;
        for (; i + ROWS <= to; i += ROWS) {
            four(table, first, which, weights, i, y, yo, n);
        }
        for (; i < to; i++) {
            one(table, first + 4L * n * which[i], weights[i], y, yo, n);
        }
    }

    private static void four(
            MemorySegment table, long first, long[] which, float[] weights, int i, MemorySegment y, long yo, int n) {
        long row = 4L * n;
        MemorySegment a = Window.of(table, first + row * which[i], row);
        MemorySegment b = Window.of(table, first + row * which[i + 1], row);
        MemorySegment c = Window.of(table, first + row * which[i + 2], row);
        MemorySegment d = Window.of(table, first + row * which[i + 3], row);
        MemorySegment sum = Window.of(y, yo, row);
        float wa = weights[i];
        float wb = weights[i + 1];
        float wc = weights[i + 2];
        float wd = weights[i + 3];
        for (int k = 0; k < n; k++) {
            float s = Math.fma(a.get(F, 4L * k), wa, sum.get(F, 4L * k));
            s = Math.fma(b.get(F, 4L * k), wb, s);
            s = Math.fma(c.get(F, 4L * k), wc, s);
            sum.set(F, 4L * k, Math.fma(d.get(F, 4L * k), wd, s));
        }
    }

    private static void one(MemorySegment table, long at, float weight, MemorySegment y, long yo, int n) {
        MemorySegment a = Window.of(table, at, 4L * n);
        MemorySegment sum = Window.of(y, yo, 4L * n);
        for (int k = 0; k < n; k++) {
            sum.set(F, 4L * k, Math.fma(a.get(F, 4L * k), weight, sum.get(F, 4L * k)));
        }
    }
}
