package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.cresset.emit.MachineSquares;
import org.cresset.emit.Window;

/**
 * Transposes elements of 4 bytes in squares of eight by eight, in registers, by machine code or the Vector API, some squares beside
 * and below each other at a time, so that lines of the cache are used whole. Bits go through unchanged. Offsets and steps in bytes.
 */
final class Squares {
    /** Rows and columns of a square. */
    static final int SIDE = 8;

    /** Rows, and columns, that are done before others are begun. */
    private static final int BLOCK = 32;

    /** Columns of machine code's blocks: so far rows are written without a break, and what is read stays in the first-level cache. */
    private static final int ACROSS = 256;

    private static final int EXERCISED = BLOCK;
    private static final MemorySegment SCRATCH = Arena.ofAuto().allocate(8L * EXERCISED * EXERCISED, 64);
    private static final Exercise EXERCISE = new Exercise(
            () -> Vectors.block(
                    SCRATCH.address(),
                    4L * EXERCISED,
                    SCRATCH.address() + 4L * EXERCISED * EXERCISED,
                    4L * EXERCISED,
                    EXERCISED,
                    EXERCISED),
            EXERCISED * EXERCISED);

    private Squares() {}

    /** Whether so many elements can be done so now. */
    static boolean ready(long rows, long n) {
        return rows >= SIDE
                && n >= SIDE
                && (MachineSquares.there() || EXERCISE.ready(rows * n) && Transposition.fits());
    }

    /**
     * Makes columns of {@code from} rows of {@code to}: element i of row r is read at {@code fo + 4 r + i step} and written at
     * {@code at + r row + 4 i}. Both counts are multiples of {@link #SIDE}.
     */
    static void run(MemorySegment from, long fo, long step, MemorySegment to, long at, long row, long rows, long n) {
        run(from, fo, step, to, at, row, rows, n, MachineSquares.there());
    }

    /** The same by machine code, or by the Vector API. */
    static void run(
            MemorySegment from,
            long fo,
            long step,
            MemorySegment to,
            long at,
            long row,
            long rows,
            long n,
            boolean machine) {
        if (step < 0 || row < 0) {
            throw new IndexOutOfBoundsException("rows " + step + " and " + row + " bytes apart");
        }
        long a = Window.address(from, fo, (n - 1) * step + 4 * rows);
        long b = Window.address(to, at, (rows - 1) * row + 4 * n);
        int across = machine ? ACROSS : BLOCK;
        for (long r = 0; r < rows; r += BLOCK) {
            int height = (int) Math.min(BLOCK, rows - r);
            for (long i = 0; i < n; i += across) {
                int width = (int) Math.min(across, n - i);
                long o = a + 4 * r + i * step;
                long t = b + r * row + 4 * i;
                if (machine) {
                    MachineSquares.run(o, step, t, row, height, width);
                } else {
                    Vectors.block(o, step, t, row, height, width);
                }
            }
        }
    }

    /** Loaded only where the Vector API is. */
    static final class Vectors {
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();

        private static final VectorShuffle<Float> LOW =
                VectorShuffle.fromValues(Transposition.EIGHT, 0, 1, 2, 3, 0, 1, 2, 3);
        private static final VectorShuffle<Float> HIGH =
                VectorShuffle.fromValues(Transposition.EIGHT, 4, 5, 6, 7, 4, 5, 6, 7);
        private static final VectorMask<Float> UPPER = VectorMask.fromLong(Transposition.EIGHT, 0b11110000);

        private Vectors() {}

        static void block(long from, long step, long to, long row, int rows, int n) {
            for (int r = 0; r < rows; r += SIDE) {
                even(from + 4L * r, step, to + r * row, row, n);
                odd(from + 4L * r, step, to + r * row, row, n);
            }
        }

        private static FloatVector load(long address) {
            return FloatVector.fromMemorySegment(Transposition.EIGHT, Window.MEMORY, address, ORDER);
        }

        private static void store(FloatVector v, long address) {
            v.intoMemorySegment(Window.MEMORY, address, ORDER);
        }

        private static FloatVector low4(FloatVector a, FloatVector b) {
            return a.blend(b.rearrange(LOW), UPPER);
        }

        private static FloatVector high4(FloatVector a, FloatVector b) {
            return a.rearrange(HIGH).blend(b, UPPER);
        }

        // Half of the rows in each loop: more than that the compiler does not inline.

        private static void even(long from, long step, long to, long row, int n) {
            for (int i = 0; i < n; i += SIDE) {
                long o = from + i * step;
                FloatVector ab = Transposition.low1(load(o), load(o + step));
                FloatVector cd = Transposition.low1(load(o + 2 * step), load(o + 3 * step));
                FloatVector ef = Transposition.low1(load(o + 4 * step), load(o + 5 * step));
                FloatVector gh = Transposition.low1(load(o + 6 * step), load(o + 7 * step));
                long t = to + 4L * i;
                FloatVector ac = Transposition.low2(ab, cd);
                FloatVector eg = Transposition.low2(ef, gh);
                store(low4(ac, eg), t);
                store(high4(ac, eg), t + 4 * row);
                ac = Transposition.high2(ab, cd);
                eg = Transposition.high2(ef, gh);
                store(low4(ac, eg), t + 2 * row);
                store(high4(ac, eg), t + 6 * row);
            }
        }

        private static void odd(long from, long step, long to, long row, int n) {
            for (int i = 0; i < n; i += SIDE) {
                long o = from + i * step;
                FloatVector ab = Transposition.high1(load(o), load(o + step));
                FloatVector cd = Transposition.high1(load(o + 2 * step), load(o + 3 * step));
                FloatVector ef = Transposition.high1(load(o + 4 * step), load(o + 5 * step));
                FloatVector gh = Transposition.high1(load(o + 6 * step), load(o + 7 * step));
                long t = to + 4L * i + row;
                FloatVector ac = Transposition.low2(ab, cd);
                FloatVector eg = Transposition.low2(ef, gh);
                store(low4(ac, eg), t);
                store(high4(ac, eg), t + 4 * row);
                ac = Transposition.high2(ab, cd);
                eg = Transposition.high2(ef, gh);
                store(low4(ac, eg), t + 2 * row);
                store(high4(ac, eg), t + 6 * row);
            }
        }
    }
}
