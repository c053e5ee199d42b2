package org.cresset.op;

import java.lang.foreign.Arena;
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

    private static final int NUMBERS = 128;
    private static final int LINES = 8;

    private static final Exercise TRANSPOSITION = new Exercise(
            new Scratch() {
                @Override
                public void run() {
                    Transposition.in(memory, 0, 8 * NUMBERS, NUMBERS, data, 0, NUMBERS * LINES, LINES);
                    Transposition.out(memory, 0, 8 * NUMBERS, NUMBERS, data, 0, NUMBERS * LINES, LINES, 1);
                }
            },
            4 * NUMBERS * LINES);

    private static final Exercise APART = new Exercise(
            new Scratch() {
                @Override
                public void run() {
                    Transposition.apart(memory, 0, NUMBERS, data, 0, NUMBERS);
                    Transposition.together(memory, 0, NUMBERS, data, 0, NUMBERS, 1);
                }
            },
            4 * NUMBERS);

    /** Memory to run loops on that nobody needs. */
    private abstract static class Scratch implements Runnable {
        final float[] data = new float[2 * NUMBERS * LINES];
        final MemorySegment memory =
                Arena.ofAuto().allocate(4L * data.length, 64); // not the pool's, which takes it back
    }

    /** Whether lines that are complex numbers one after the other are transposed in registers. */
    private boolean transposes(int count, int rows) {
        return !wide
                && inner == 1
                && imAt == 1
                && step == 2
                && count >= Transposition.LINES
                && TRANSPOSITION.ready((long) count * rows)
                && Transposition.fits();
    }

    private long start(long l) {
        return l / inner * line * inner + l % inner * part;
    }

    private interface Run {
        /** Elements that lie together in the tensor, {@code width} apart in the work's parts. */
        void move(long at, int to, int width, int n);
    }

    /** Goes over elements, of columns from {@code column} on, in runs of contiguous memory: along lines, or along rows where lines lie inside each other. */
    private void runs(FftPlan.Work w, long first, int column, int count, int rows, Run run) {
        if (inner > 1 && imAt == 1) {
            for (int b = 0; b < count; ) {
                int n = (int) Math.min(Math.min(ROWS, count - b), inner - (first + b) % inner);
                long at = start(first + b);
                for (int k = 0; k < rows; k++) {
                    run.move(at + k * step, k * w.width + column + b, 1, n);
                }
                b += n;
            }
            return;
        }
        for (int k = 0; k < rows; k += ROWS) {
            int end = Math.min(rows, k + ROWS);
            for (int b = 0; b < count; b++) {
                for (int i = k; i < end; i += ROWS) {
                    run.move(start(first + b) + i * step, i * w.width + column + b, w.width, Math.min(ROWS, end - i));
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
        if (transposes(count, rows)) {
            float[] piece = new float[2 * ROWS];
            int whole = count / Transposition.LINES * Transposition.LINES;
            int n = rows / Transposition.NUMBERS * Transposition.NUMBERS;
            for (int b = 0; b < whole; b += Transposition.LINES) {
                Transposition.in(tensor, 4 * start(first + b), 4 * line, n, w.narrow, w.re + b, w.im + b, w.width);
                for (int i = b; n < rows && i < b + Transposition.LINES; i++) {
                    floatsIn(w, piece, start(first + i) + n * step, n * w.width + i, w.width, rows - n);
                }
            }
            runs(
                    w,
                    first + whole,
                    whole,
                    count - whole,
                    rows,
                    (at, to, width, k) -> floatsIn(w, piece, at, to, width, k));
        } else if (wide) {
            double[] piece = new double[2 * ROWS];
            runs(w, first, 0, count, rows, (at, to, width, n) -> doublesIn(w, piece, at, to, width, n));
        } else {
            float[] piece = new float[2 * ROWS];
            runs(w, first, 0, count, rows, (at, to, width, n) -> floatsIn(w, piece, at, to, width, n));
        }
    }

    /** Writes {@code rows} rows of {@code count} lines, times {@code scale}. */
    void out(FftPlan.Work w, long first, int count, int rows, double scale) {
        if (transposes(count, rows)) {
            float[] piece = new float[2 * ROWS];
            float factor = (float) scale;
            int whole = count / Transposition.LINES * Transposition.LINES;
            int n = rows / Transposition.NUMBERS * Transposition.NUMBERS;
            for (int b = 0; b < whole; b += Transposition.LINES) {
                Transposition.out(
                        tensor, 4 * start(first + b), 4 * line, n, w.narrow, w.re + b, w.im + b, w.width, factor);
                for (int i = b; n < rows && i < b + Transposition.LINES; i++) {
                    floatsOut(w, piece, start(first + i) + n * step, n * w.width + i, w.width, rows - n, factor);
                }
            }
            runs(
                    w,
                    first + whole,
                    whole,
                    count - whole,
                    rows,
                    (at, from, width, k) -> floatsOut(w, piece, at, from, width, k, factor));
        } else if (wide) {
            double[] piece = new double[2 * ROWS];
            runs(w, first, 0, count, rows, (at, from, width, n) -> doublesOut(w, piece, at, from, width, n, scale));
        } else {
            float[] piece = new float[2 * ROWS];
            float factor = (float) scale;
            runs(w, first, 0, count, rows, (at, from, width, n) -> floatsOut(w, piece, at, from, width, n, factor));
        }
    }

    /** How many of n numbers, whose parts lie together in the work, are taken apart in registers. */
    private static int whole(int width, int n) {
        boolean fast = width == 1 && n >= Transposition.LINES && APART.ready(n) && Transposition.fits();
        return fast ? n / Transposition.LINES * Transposition.LINES : 0;
    }

    private void floatsIn(FftPlan.Work w, float[] piece, long at, int to, int width, int n) {
        float[] data = w.narrow;
        int re = w.re + to;
        int im = w.im + to;
        if (imAt == 1) {
            int whole = whole(width, n);
            if (whole > 0) {
                Transposition.apart(tensor, 4 * at, whole, data, re, im);
            }
            if (whole < n) {
                MemorySegment.copy(tensor, FLOAT, 4 * at, piece, 0, 2 * n);
            }
            for (int i = whole; i < n; i++) {
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
            int whole = whole(width, n);
            if (whole > 0) {
                Transposition.together(tensor, 4 * at, whole, data, re, im, scale);
            }
            for (int i = whole; i < n; i++) {
                piece[2 * i] = data[re + i * width] * scale;
                piece[2 * i + 1] = data[im + i * width] * scale;
            }
            if (whole < n) {
                MemorySegment.copy(piece, 2 * whole, tensor, FLOAT, 4 * (at + 2L * whole), 2 * (n - whole));
            }
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
