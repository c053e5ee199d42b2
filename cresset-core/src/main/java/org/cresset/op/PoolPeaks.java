package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.MachinePools;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * The largest elements of windows of float32 planes and their places, in machine code: a plane's rows are copied with room on both sides,
 * filled with what is lower than all, so that windows at the borders are like the others.
 */
final class PoolPeaks {
    private static final long GRAIN = 1 << 15;

    private PoolPeaks() {}

    /**
     * Does it where windows begin evenly apart along rows.
     *
     * @param apart elements from a window to the next
     * @param left elements before a row that the first window sees
     * @param size elements along a row that a window reaches over
     * @param index where the places go; null if nobody wants them
     * @return whether that is so, and all is done
     */
    static boolean run(Windows w, int apart, int left, int size, Dense x, Dense y, @Nullable Dense index) {
        int results = w.from()[2].length;
        boolean fits = x.dtype() == DType.FLOAT32
                && y.numel() > 0
                && MachinePools.there()
                && apart >= 1
                && apart <= MachinePools.FARTHEST
                && results >= MachinePools.FEWEST
                && x.size(2) * x.size(3) * x.size(4) < 1 << 28
                && (x.size(2) == 1 || x.stride(2) == x.size(3) * x.stride(3))
                && y.isContiguous()
                && (index == null || index.isContiguous())
                && x.segment().isNative();
        if (!fits) {
            return false;
        }
        int width = Math.toIntExact(x.size(4));
        int step = Math.toIntExact(w.step()[2]);
        long row = 4L * (Math.max(left + width, apart * (results - 1) + size) + MachinePools.BEHIND);
        MachinePools.Windows windows = windows(w, x, apart, left, (size + step - 1) / step, row);
        if (windows == null) {
            return false;
        }
        long rows = x.size(2) * x.size(3);
        long planes = x.size(0) * x.size(1);
        long all = y.numel() / planes;
        long values = Window.address(y.segment(), y.byteOffset(), 4 * y.numel());
        long places = index == null ? 0 : Window.address(index.segment(), index.byteOffset(), 8 * index.numel());
        Workers.parallelFor(planes, Math.max(1, GRAIN / (rows * width)), (from, to) -> {
            Storage own = Memory.allocate(rows * row);
            MemorySegment plane = own.segment();
            long address = Window.address(plane, 0, rows * row);
            lowest(plane, rows * row / 4);
            for (long p = from; p < to; p++) {
                long at = PoolRows.row(x, p / x.size(1), p % x.size(1), 0, 0);
                Moves.plane(x.segment(), at, 4 * x.stride(3), 4, plane, 4L * left, row, 4, 4, rows, width);
                long place = places == 0 ? 0 : places + 8 * p * all;
                MachinePools.largest(windows, address, left, values + 4 * p * all, place);
            }
            own.free();
        });
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(y);
        Reference.reachabilityFence(index);
        return true;
    }

    private static void lowest(MemorySegment m, long n) {
        m.set(ValueLayout.JAVA_FLOAT, 0, Float.NEGATIVE_INFINITY);
        Moves.repeat(m, 0, m, 0, 4, n);
    }

    /** Null if a window sees no row. */
    private static MachinePools.@Nullable Windows windows(
            Windows w, Dense x, int apart, int left, int elements, long row) {
        int height = Math.toIntExact(x.size(3));
        int width = Math.toIntExact(x.size(4));
        long[][] from = w.from();
        long[][] to = w.to();
        int[] starts = new int[from[0].length * from[1].length + 1];
        int count = 0;
        int r = 0;
        for (int d = 0; d < from[0].length; d++) {
            for (int h = 0; h < from[1].length; h++) {
                int planes = number(from[0][d], to[0][d], w.step()[0]);
                int rows = number(from[1][h], to[1][h], w.step()[1]);
                if (planes * rows == 0) {
                    return null;
                }
                count += planes * rows;
                starts[++r] = count;
            }
        }
        long[] taps = new long[2 * count];
        int at = 0;
        for (int d = 0; d < from[0].length; d++) {
            for (int h = 0; h < from[1].length; h++) {
                for (long i = from[0][d]; i < to[0][d]; i += w.step()[0]) {
                    for (long j = from[1][h]; j < to[1][h]; j += w.step()[1]) {
                        taps[at++] = (i * height + j) * row;
                        taps[at++] = (i * height + j) * width - left;
                    }
                }
            }
        }
        int[] first = new int[from[2].length];
        for (int v = 0; v < first.length; v++) {
            first[v] = Math.toIntExact(from[2][v]);
        }
        return new MachinePools.Windows(starts, taps, first, apart, elements, Math.toIntExact(w.step()[2]));
    }

    private static int number(long from, long to, long step) {
        return (int) Math.max(0, (to - from + step - 1) / step);
    }
}
