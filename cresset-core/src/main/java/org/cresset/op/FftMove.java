package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.Window;

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

    /** A thread's memory for the number that a loop multiplies by. */
    private static final ThreadLocal<MemorySegment> FACTOR =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Float.BYTES));

    /** Rows that are moved before the next line's turn comes, so that they stay in the first-level cache. */
    private static final int ROWS = 128;

    /** Elements for which a call of machine code would take longer than they do. */
    private static final int FEW = 16;

    private static final int NUMBERS = 128;
    private static final int LINES = 8;

    private static final Exercise TRANSPOSITION = new Exercise(
            new Scratch() {
                @Override
                public void run() {
                    int im = NUMBERS * LINES + 2 * Transposition.EDGE;
                    Transposition.in(memory, 0, 8 * NUMBERS, NUMBERS, data, Transposition.EDGE, im, LINES);
                    Transposition.out(memory, 0, 8 * NUMBERS, NUMBERS, data, Transposition.EDGE, im, LINES, 1);
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
        final MemorySegment memory = area(); // not the pool's, which takes it back
        final MemorySegment data = area();

        private static MemorySegment area() {
            return Arena.ofAuto().allocate(4L * (2 * NUMBERS * LINES + 4 * Transposition.EDGE), 64);
        }
    }

    /** Whether lines that are complex numbers one after the other are transposed in registers. */
    private boolean transposes(int count, int rows) {
        return !wide
                && inner == 1
                && imAt == 1
                && step == 2
                && count >= Transposition.LINES
                && rows >= Transposition.NUMBERS
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
            int whole = count / Transposition.LINES * Transposition.LINES;
            int n = rows / Transposition.NUMBERS * Transposition.NUMBERS;
            for (int b = 0; b < whole; b += Transposition.LINES) {
                long at = start(first + b);
                transposedIn(w, at, b, 0, n);
                if (n < rows) { // some of them once more
                    transposedIn(w, at, b, rows - Transposition.NUMBERS, Transposition.NUMBERS);
                }
            }
            Run rest = (at, to, width, k) -> floatsIn(w, at, to, width, k);
            runs(w, first + whole, whole, count - whole, rows, rest);
        } else if (wide) {
            runs(w, first, 0, count, rows, (at, to, width, n) -> doublesIn(w, at, to, width, n));
        } else if (!movedLines(w, first, count, rows, true)) {
            runs(w, first, 0, count, rows, (at, to, width, n) -> floatsIn(w, at, to, width, n));
        }
    }

    /** Moves elements of all lines, which lie evenly apart, with as few calls of machine code as one line takes. */
    private boolean movedLines(FftPlan.Work w, long first, int count, int rows, boolean in) {
        if (inner > 1) {
            return imAt == 1 && movedRows(w, first, count, rows, in);
        }
        if (w.width == 1) {
            return false;
        }
        long start = start(first);
        long apart = count > 1 ? start(first + 1) - start : 0;
        for (int k = 0; k < rows; k += ROWS) {
            int n = Math.min(ROWS, rows - k);
            for (int part = 0; part <= (imAt >= 0 ? 1 : 0); part++) {
                long at = 4 * (start + k * next() + part * imAt);
                long to = 4L * ((part == 0 ? w.re : w.im) + k * w.width);
                boolean moved = in
                        ? Moves.machine(tensor, at, 4 * apart, 4 * next(), w.memory, to, 4, 4L * w.width, 4, count, n)
                        : Moves.machine(w.memory, to, 4, 4L * w.width, tensor, at, 4 * apart, 4 * next(), 4, count, n);
                if (!moved) { // nor any before
                    return false;
                }
            }
        }
        return true;
    }

    /** The same of lines that lie inside each other, all rows of a run at once, until the loops that take numbers apart are compiled. */
    private boolean movedRows(FftPlan.Work w, long first, int count, int rows, boolean in) {
        for (int b = 0; b < count; ) {
            int n = (int) Math.min(count - b, inner - (first + b) % inner);
            if (b == 0 && (n < FEW || whole(1, n) > 0)) {
                return false;
            }
            long row = 4L * w.width;
            for (int part = 0; part < 2; part++) {
                long at = 4 * (start(first + b) + part);
                long to = 4L * ((part == 0 ? w.re : w.im) + b);
                boolean moved = in
                        ? Moves.machine(tensor, at, 4 * step, 8, w.memory, to, row, 4, 4, rows, n)
                        : Moves.machine(w.memory, to, row, 4, tensor, at, 4 * step, 8, 4, rows, n);
                if (!moved) { // nor any before
                    return false;
                }
            }
            b += n;
        }
        return true;
    }

    /** Writes {@code rows} rows of {@code count} lines, times {@code scale}. */
    void out(FftPlan.Work w, long first, int count, int rows, double scale) {
        float factor = (float) scale;
        if (transposes(count, rows)) {
            int whole = count / Transposition.LINES * Transposition.LINES;
            int n = rows / Transposition.NUMBERS * Transposition.NUMBERS;
            for (int b = 0; b < whole; b += Transposition.LINES) {
                long at = start(first + b);
                transposedOut(w, at, b, 0, n, factor);
                if (n < rows) { // some of them once more
                    transposedOut(w, at, b, rows - Transposition.NUMBERS, Transposition.NUMBERS, factor);
                }
            }
            Run rest = (at, from, width, k) -> floatsOut(w, at, from, width, k, factor);
            runs(w, first + whole, whole, count - whole, rows, rest);
        } else if (wide) {
            runs(w, first, 0, count, rows, (at, from, width, n) -> doublesOut(w, at, from, width, n, scale));
        } else if (w.width > 1 && factor != 1) { // all at once, so that what is left is moving
            scale(w, w.re, rows * w.width, factor);
            if (imAt >= 0) {
                scale(w, w.im, rows * w.width, factor);
            }
            if (!movedLines(w, first, count, rows, false)) {
                runs(w, first, 0, count, rows, (at, from, width, n) -> floatsOut(w, at, from, width, n, 1));
            }
        } else if (factor != 1 || !movedLines(w, first, count, rows, false)) {
            runs(w, first, 0, count, rows, (at, from, width, n) -> floatsOut(w, at, from, width, n, factor));
        }
    }

    private static void scale(FftPlan.Work w, int from, int n, float factor) {
        MemorySegment number = FACTOR.get();
        number.set(FLOAT, 0, factor);
        long at = 4L * from;
        Kernel k = Arithmetic.Mul.OP.loop(LaneType.F32, 2).pick(n);
        k.run(w.memory, at, number, 0, null, 0, w.memory, at, n);
    }

    /** Rows {@code k} to {@code k + n} of eight lines, the first of which begins at {@code at}. */
    private void transposedIn(FftPlan.Work w, long at, int column, int k, int n) {
        int to = k * w.width + column;
        Transposition.in(tensor, 4 * (at + k * step), 4 * line, n, w.memory, w.re + to, w.im + to, w.width);
    }

    private void transposedOut(FftPlan.Work w, long at, int column, int k, int n, float scale) {
        int from = k * w.width + column;
        Transposition.out(tensor, 4 * (at + k * step), 4 * line, n, w.memory, w.re + from, w.im + from, w.width, scale);
    }

    /** How many of n numbers, whose parts lie together in the work, are taken apart in registers. */
    private static int whole(int width, int n) {
        boolean fast = width == 1 && n >= Transposition.LINES && APART.ready(n) && Transposition.fits();
        return fast ? n / Transposition.LINES * Transposition.LINES : 0;
    }

    /** From an element of a run to the next: complex numbers that lie together are moved along lines or along rows. */
    private long next() {
        return imAt == 1 ? 2 : step;
    }

    /** From the beginning of a run's first element to the end of its last. */
    private long extent(int n) {
        return (n - 1) * next() + Math.max(imAt, 0) + 1;
    }

    /** Moves n floats in machine code, if there is any; offsets and steps in floats. */
    private static boolean moved(MemorySegment from, long fo, long fs, MemorySegment to, long at, long ts, int n) {
        return n >= FEW && Moves.machine(from, 4 * fo, 0, 4 * fs, to, 4 * at, 0, 4 * ts, 4, 1, n);
    }

    private void floatsIn(FftPlan.Work w, long at, int to, int width, int n) {
        int re = w.re + to;
        int im = w.im + to;
        int whole = imAt == 1 ? whole(width, n) : 0;
        if (whole > 0) {
            Transposition.apart(tensor, 4 * at, whole, w.memory, re, im);
        }
        if (whole == 0 && moved(tensor, at, next(), w.memory, re, width, n)) {
            if (imAt >= 0) {
                moved(tensor, at + imAt, next(), w.memory, im, width, n);
            }
            return;
        }
        MemorySegment from = Window.of(tensor, 4 * at, 4 * extent(n));
        long next = next();
        MemorySegment data = Window.of(w.memory, 0, w.memory.byteSize());
        for (int i = whole; i < n; i++) {
            data.set(FLOAT, 4L * (re + i * width), from.get(FLOAT, 4 * i * next));
            if (imAt >= 0) {
                data.set(FLOAT, 4L * (im + i * width), from.get(FLOAT, 4 * (i * next + imAt)));
            }
        }
    }

    private void floatsOut(FftPlan.Work w, long at, int from, int width, int n, float scale) {
        int re = w.re + from;
        int im = w.im + from;
        int whole = imAt == 1 ? whole(width, n) : 0;
        if (whole > 0) {
            Transposition.together(tensor, 4 * at, whole, w.memory, re, im, scale);
        }
        if (whole == 0 && scale == 1 && moved(w.memory, re, width, tensor, at, next(), n)) {
            if (imAt >= 0) {
                moved(w.memory, im, width, tensor, at + imAt, next(), n);
            }
            return;
        }
        MemorySegment to = Window.of(tensor, 4 * at, 4 * extent(n));
        long next = next();
        MemorySegment data = Window.of(w.memory, 0, w.memory.byteSize());
        for (int i = whole; i < n; i++) {
            to.set(FLOAT, 4 * i * next, data.get(FLOAT, 4L * (re + i * width)) * scale);
            if (imAt >= 0) {
                to.set(FLOAT, 4 * (i * next + imAt), data.get(FLOAT, 4L * (im + i * width)) * scale);
            }
        }
    }

    private void doublesIn(FftPlan.Work w, long at, int to, int width, int n) {
        int re = w.re + to;
        int im = w.im + to;
        MemorySegment from = Window.of(tensor, 8 * at, 8 * extent(n));
        long next = next();
        MemorySegment data = Window.of(w.memory, 0, w.memory.byteSize());
        for (int i = 0; i < n; i++) {
            data.set(DOUBLE, 8L * (re + i * width), from.get(DOUBLE, 8 * i * next));
            if (imAt >= 0) {
                data.set(DOUBLE, 8L * (im + i * width), from.get(DOUBLE, 8 * (i * next + imAt)));
            }
        }
    }

    private void doublesOut(FftPlan.Work w, long at, int from, int width, int n, double scale) {
        int re = w.re + from;
        int im = w.im + from;
        MemorySegment to = Window.of(tensor, 8 * at, 8 * extent(n));
        long next = next();
        MemorySegment data = Window.of(w.memory, 0, w.memory.byteSize());
        for (int i = 0; i < n; i++) {
            to.set(DOUBLE, 8 * i * next, data.get(DOUBLE, 8L * (re + i * width)) * scale);
            if (imAt >= 0) {
                to.set(DOUBLE, 8 * (i * next + imAt), data.get(DOUBLE, 8L * (im + i * width)) * scale);
            }
        }
    }
}
