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

    /** Rows that are moved before the next line's turn comes, so that they stay in the first-level cache. */
    private static final int ROWS = 128;

    private long start(long l) {
        return l / inner * line * inner + l % inner * part;
    }

    private interface Run {
        /** Elements that lie together in the tensor, {@code width} apart in the work's parts. */
        void move(long at, int to, int width, int n);
    }

    /** Goes over elements in runs of contiguous memory: along lines, or along rows where lines lie inside each other. */
    private void runs(FftPlan.Work w, long first, int count, int rows, Run run) {
        if (inner > 1 && imAt == 1 && first % inner + count <= inner) {
            for (int k = 0; k < rows; k++) {
                for (int b = 0; b < count; b += ROWS) {
                    run.move(start(first + b) + k * step, k * w.width + b, 1, Math.min(ROWS, count - b));
                }
            }
            return;
        }
        int most = inner == 1 || imAt != 1 ? ROWS : 1;
        for (int k = 0; k < rows; k += ROWS) {
            int end = Math.min(rows, k + ROWS);
            for (int b = 0; b < count; b++) {
                for (int i = k; i < end; i += most) {
                    run.move(start(first + b) + i * step, i * w.width + b, w.width, Math.min(most, end - i));
                }
            }
        }
    }

    /** Brings {@code rows} rows of {@code count} lines; the other columns become 0. */
    void in(FftPlan.Work w, long first, int count, int rows) {
        if (count < w.width) {
            w.zero(w.re, rows * w.width);
        }
        if (count < w.width || imAt < 0) {
            w.zero(w.im, rows * w.width);
        }
        if (wide) {
            double[] piece = new double[2 * ROWS];
            runs(w, first, count, rows, (at, to, width, n) -> doublesIn(w, piece, at, to, width, n));
        } else {
            float[] piece = new float[2 * ROWS];
            runs(w, first, count, rows, (at, to, width, n) -> floatsIn(w, piece, at, to, width, n));
        }
    }

    /** Writes {@code rows} rows of {@code count} lines, times {@code scale}. */
    void out(FftPlan.Work w, long first, int count, int rows, double scale) {
        if (wide) {
            double[] piece = new double[2 * ROWS];
            runs(w, first, count, rows, (at, from, width, n) -> doublesOut(w, piece, at, from, width, n, scale));
        } else {
            float[] piece = new float[2 * ROWS];
            float factor = (float) scale;
            runs(w, first, count, rows, (at, from, width, n) -> floatsOut(w, piece, at, from, width, n, factor));
        }
    }

    private void floatsIn(FftPlan.Work w, float[] piece, long at, int to, int width, int n) {
        float[] data = w.narrow;
        int re = w.re + to;
        int im = w.im + to;
        if (imAt == 1) {
            MemorySegment.copy(tensor, FLOAT, 4 * at, piece, 0, 2 * n);
            for (int i = 0; i < n; i++) {
                data[re + i * width] = piece[2 * i];
                data[im + i * width] = piece[2 * i + 1];
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            long from = at + i * step;
            data[re + i * width] = tensor.get(FLOAT, 4 * from);
            if (imAt >= 0) {
                data[im + i * width] = tensor.get(FLOAT, 4 * (from + imAt));
            }
        }
    }

    private void floatsOut(FftPlan.Work w, float[] piece, long at, int from, int width, int n, float scale) {
        float[] data = w.narrow;
        int re = w.re + from;
        int im = w.im + from;
        if (imAt == 1) {
            for (int i = 0; i < n; i++) {
                piece[2 * i] = data[re + i * width] * scale;
                piece[2 * i + 1] = data[im + i * width] * scale;
            }
            MemorySegment.copy(piece, 0, tensor, FLOAT, 4 * at, 2 * n);
            return;
        }
        for (int i = 0; i < n; i++) {
            long to = at + i * step;
            tensor.set(FLOAT, 4 * to, data[re + i * width] * scale);
            if (imAt >= 0) {
                tensor.set(FLOAT, 4 * (to + imAt), data[im + i * width] * scale);
            }
        }
    }

    private void doublesIn(FftPlan.Work w, double[] piece, long at, int to, int width, int n) {
        double[] data = w.wide;
        int re = w.re + to;
        int im = w.im + to;
        if (imAt == 1) {
            MemorySegment.copy(tensor, DOUBLE, 8 * at, piece, 0, 2 * n);
            for (int i = 0; i < n; i++) {
                data[re + i * width] = piece[2 * i];
                data[im + i * width] = piece[2 * i + 1];
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            long from = at + i * step;
            data[re + i * width] = tensor.get(DOUBLE, 8 * from);
            if (imAt >= 0) {
                data[im + i * width] = tensor.get(DOUBLE, 8 * (from + imAt));
            }
        }
    }

    private void doublesOut(FftPlan.Work w, double[] piece, long at, int from, int width, int n, double scale) {
        double[] data = w.wide;
        int re = w.re + from;
        int im = w.im + from;
        if (imAt == 1) {
            for (int i = 0; i < n; i++) {
                piece[2 * i] = data[re + i * width] * scale;
                piece[2 * i + 1] = data[im + i * width] * scale;
            }
            MemorySegment.copy(piece, 0, tensor, DOUBLE, 8 * at, 2 * n);
            return;
        }
        for (int i = 0; i < n; i++) {
            long to = at + i * step;
            tensor.set(DOUBLE, 8 * to, data[re + i * width] * scale);
            if (imAt >= 0) {
                tensor.set(DOUBLE, 8 * (to + imAt), data[im + i * width] * scale);
            }
        }
    }
}
