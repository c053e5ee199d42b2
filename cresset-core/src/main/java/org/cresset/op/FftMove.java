package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Brings lines of a contiguous tensor into the columns of a {@link FftPlan.Work} and back. All but {@code inner} counts
 * real numbers, of which a complex one is two.
 *
 * @param inner lines that lie inside each other
 * @param part from such a line to the next
 * @param line what {@code inner} is multiplied with to get from one group of such lines to the next
 * @param step from a row's real part to the next row's
 * @param imAt from a real part to its imaginary part; negative if there is none
 */
record FftMove(MemorySegment tensor, boolean wide, long inner, long part, long line, long step, long imAt) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

    /** Rows that are moved before the next line's turn comes: what they take of each line is a cache line or two. */
    private static final int ROWS = 8;

    private long start(long l) {
        return l / inner * line * inner + l % inner * part;
    }

    /** Brings {@code rows} rows of {@code count} lines; the other columns become 0. */
    void in(FftPlan.Work w, long first, int count, int rows) {
        for (int k = 0; k < rows; k += ROWS) {
            int n = Math.min(ROWS, rows - k);
            for (int b = 0; b < w.width; b++) {
                int to = k * w.width + b;
                boolean there = b < count;
                long from = there ? start(first + b) + k * step : 0;
                if (wide) {
                    move(w.wide, w.re + to, w.width, there, from, n);
                    move(w.wide, w.im + to, w.width, there && imAt >= 0, from + imAt, n);
                } else {
                    move(w.narrow, w.re + to, w.width, there, from, n);
                    move(w.narrow, w.im + to, w.width, there && imAt >= 0, from + imAt, n);
                }
            }
        }
    }

    private void move(float[] data, int to, int width, boolean there, long from, int n) {
        for (int i = 0; i < n; i++) {
            data[to + i * width] = there ? tensor.get(FLOAT, 4 * (from + i * step)) : 0;
        }
    }

    private void move(double[] data, int to, int width, boolean there, long from, int n) {
        for (int i = 0; i < n; i++) {
            data[to + i * width] = there ? tensor.get(DOUBLE, 8 * (from + i * step)) : 0;
        }
    }

    /** Writes {@code rows} rows of {@code count} lines, times {@code scale}. */
    void out(FftPlan.Work w, long first, int count, int rows, double scale) {
        for (int k = 0; k < rows; k += ROWS) {
            int n = Math.min(ROWS, rows - k);
            for (int b = 0; b < count; b++) {
                long to = start(first + b) + k * step;
                int from = k * w.width + b;
                if (wide) {
                    write(w.wide, w.re + from, w.width, to, n, scale);
                } else {
                    write(w.narrow, w.re + from, w.width, to, n, (float) scale);
                }
                if (imAt >= 0 && wide) {
                    write(w.wide, w.im + from, w.width, to + imAt, n, scale);
                } else if (imAt >= 0) {
                    write(w.narrow, w.im + from, w.width, to + imAt, n, (float) scale);
                }
            }
        }
    }

    private void write(float[] data, int from, int width, long to, int n, float scale) {
        for (int i = 0; i < n; i++) {
            tensor.set(FLOAT, 4 * (to + i * step), data[from + i * width] * scale);
        }
    }

    private void write(double[] data, int from, int width, long to, int n, double scale) {
        for (int i = 0; i < n; i++) {
            tensor.set(DOUBLE, 8 * (to + i * step), data[from + i * width] * scale);
        }
    }
}
