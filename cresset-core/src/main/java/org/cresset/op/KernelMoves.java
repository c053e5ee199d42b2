package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.Workers;
import org.cresset.emit.MachineGathers;
import org.cresset.emit.MachineGathers.Places;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * Moves of a convolution's float32 weight (O, I, kernel), which lies in memory in this order, to and from the orders that products
 * want, where the machine gathers floats. Some channels at a time, so that lines stay in the first-level cache while all of their
 * floats are taken.
 */
final class KernelMoves {
    /** Channels whose lines stay in the cache. */
    private static final int FEW = 16;

    /** Floats by which matrices of places lie farther apart, so that their lines don't fall on the same places of the cache. */
    static final int APART = 16;

    /** The ways of an application are few: one for each kernel and width of panels. */
    private static final int MOST_KEPT = 256;

    private static final Map<Way, Places> KEPT = new ConcurrentHashMap<>();

    /** Floats of {@code outer} times {@code inner}, which lie some bytes apart. */
    private record Way(int outer, int outerStep, int inner, int innerStep) {
        Places places() {
            int[] places = new int[outer * inner];
            for (int i = 0; i < outer; i++) {
                for (int k = 0; k < inner; k++) {
                    places[i * inner + k] = i * outerStep + k * innerStep;
                }
            }
            return new Places(places);
        }
    }

    private KernelMoves() {}

    /** Whether the machine has them. */
    static boolean there() {
        return MachineGathers.there();
    }

    private static Places places(int outer, int outerStep, int inner, int innerStep) {
        Way way = new Way(outer, outerStep, inner, innerStep);
        Places p = KEPT.get(way);
        if (p == null) {
            p = way.places();
            if (KEPT.size() < MOST_KEPT) {
                KEPT.put(way, p);
            }
        }
        return p;
    }

    /** Inputs j to j + n of all outputs, to or from (O, kernel, n). */
    static void inputs(Dense w, int j, MemorySegment panel, int n, boolean back) {
        int out = Math.toIntExact(w.size(0));
        int kernel = Math.toIntExact(w.size(2) * w.size(3));
        long row = 4 * w.size(1) * kernel;
        long one = 4L * kernel * n;
        long own = Window.address(w.segment(), w.byteOffset() + 4L * j * kernel, (out - 1) * row + one);
        long other = Window.address(panel, 0, out * one);
        if (back) {
            MachineGathers.rows(other, one, places(n, 4, kernel, 4 * n), own, row, out);
        } else {
            MachineGathers.rows(own, row, places(kernel, 4, n, 4 * kernel), other, one, out);
        }
    }

    /**
     * Panels of {@code width} columns, from column j on and {@code alike} of them, of a matrix for each place of the kernel.
     *
     * @param turned whether rows are outputs and columns inputs, else the other way round
     * @param to the first matrix's first panel, and {@code apart} floats further the next matrix
     */
    static void panels(Dense w, boolean turned, int j, int width, int alike, MemorySegment to, long first, long apart) {
        int kernel = Math.toIntExact(w.size(2) * w.size(3));
        int rows = Math.toIntExact(w.size(turned ? 0 : 1));
        long input = 4L * kernel;
        long output = w.size(1) * input;
        long row = turned ? output : input;
        long column = turned ? input : output;
        Places columns = places(1, 0, width, Math.toIntExact(column));
        long panel = (long) rows * width;
        long own = Window.address(
                w.segment(),
                w.byteOffset() + j * column,
                (rows - 1) * row + ((long) alike * width - 1) * column + input);
        long other = Window.address(to, 4 * first, 4 * ((kernel - 1) * apart + alike * panel));
        Workers.parallelFor((rows + FEW - 1) / FEW, 1, (lo, hi) -> {
            for (int r = (int) lo * FEW; r < Math.min(rows, hi * FEW); r += FEW) {
                int few = Math.min(FEW, rows - r);
                for (int p = 0; p < alike; p++) {
                    for (int e = 0; e < kernel; e++) {
                        long from = own + r * row + p * width * column + 4L * e;
                        long at = other + 4 * (e * apart + p * panel + (long) r * width);
                        MachineGathers.rows(from, row, columns, at, 4L * width, few);
                    }
                }
            }
        });
    }

    /** The whole weight from a matrix (I, O) for each place of the kernel, which lie {@code apart} floats apart. */
    static void fromPlaces(MemorySegment places, long first, long apart, Dense w) {
        int out = Math.toIntExact(w.size(0));
        int in = Math.toIntExact(w.size(1));
        int kernel = Math.toIntExact(w.size(2) * w.size(3));
        long row = 4L * in * kernel;
        long from = Window.address(places, 4 * first, 4 * ((kernel - 1) * apart + (long) in * out));
        long to = Window.address(w.segment(), w.byteOffset(), out * row);
        Workers.parallelFor((in + FEW - 1) / FEW, 1, (lo, hi) -> {
            for (int i = (int) lo * FEW; i < Math.min(in, hi * FEW); i += FEW) {
                Places few = places(Math.min(FEW, in - i), 4 * out, kernel, Math.toIntExact(4 * apart));
                MachineGathers.rows(from + 4L * i * out, 4, few, to + 4L * i * kernel, row, out);
            }
        });
    }

    /** Whether it lies in memory in its own order, and distances in it are those of 32 bits. */
    static boolean suits(Dense w) {
        return there()
                && 4 * w.numel() < Integer.MAX_VALUE / 2
                && w.stride(3) == 1
                && w.stride(2) == w.size(3)
                && w.stride(1) == w.size(2) * w.size(3)
                && w.stride(0) == w.size(1) * w.size(2) * w.size(3);
    }
}
