package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.emit.Window;

/**
 * Brings lines of complex numbers in memory side by side, parts apart, and back: squares of eight by eight floats are
 * transposed in registers, for which the emitted loops have no words. The Vector API must be there.
 */
final class Transposition {
    /** Lines at a time. */
    static final int LINES = 8;

    /** Complex numbers of a line at a time. */
    static final int NUMBERS = 4;

    /** Elements before and after its own that may be read of what lies side by side. */
    static final int EDGE = 4;

    /** Numbers of each line that one half of a square is made of before the other half's turn comes, while they are near. */
    private static final int NEAR = 32;

    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Float> SWAP1 = shuffle(1, 0, 3, 2, 5, 4, 7, 6);
    private static final VectorShuffle<Float> SWAP2 = shuffle(2, 3, 0, 1, 6, 7, 4, 5);
    private static final VectorShuffle<Float> EVEN = shuffle(0, 2, 4, 6, 0, 2, 4, 6);
    private static final VectorShuffle<Float> ODD = shuffle(1, 3, 5, 7, 1, 3, 5, 7);
    private static final VectorShuffle<Float> FIRST = shuffle(0, 0, 1, 1, 2, 2, 3, 3);
    private static final VectorShuffle<Float> SECOND = shuffle(4, 4, 5, 5, 6, 6, 7, 7);
    private static final VectorMask<Float> ODD1 = VectorMask.fromLong(EIGHT, 0b10101010);
    private static final VectorMask<Float> ODD2 = VectorMask.fromLong(EIGHT, 0b11001100);
    private static final VectorMask<Float> ODD4 = VectorMask.fromLong(EIGHT, 0b11110000);

    private Transposition() {}

    private static VectorShuffle<Float> shuffle(int... lanes) {
        return VectorShuffle.fromValues(EIGHT, lanes);
    }

    /** Whether registers are wide enough for this to be worth it. */
    static boolean fits() {
        return FloatVector.SPECIES_PREFERRED.length() >= EIGHT.length();
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(EIGHT, Window.MEMORY, address, ORDER);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Window.MEMORY, address, ORDER);
    }

    /** The first half of what is at one address, and the second half of what is at another. */
    private static FloatVector halves(long low, long high) {
        return load(low).blend(load(high), ODD4);
    }

    private static FloatVector low1(FloatVector a, FloatVector b) {
        return a.blend(b.rearrange(SWAP1), ODD1);
    }

    private static FloatVector high1(FloatVector a, FloatVector b) {
        return a.rearrange(SWAP1).blend(b, ODD1);
    }

    private static FloatVector low2(FloatVector a, FloatVector b) {
        return a.blend(b.rearrange(SWAP2), ODD2);
    }

    private static FloatVector high2(FloatVector a, FloatVector b) {
        return a.rearrange(SWAP2).blend(b, ODD2);
    }

    private static long lines(MemorySegment m, long at, long line, int n) {
        if (line < 8L * NUMBERS) {
            throw new IndexOutOfBoundsException("lines " + line + " bytes apart");
        }
        return Window.address(m, at, (LINES - 1) * line + 8L * n);
    }

    private static long rows(MemorySegment data, int at, int width, int n) {
        long address = Window.address(data, 4L * (at - EDGE), 4L * ((n - 1L) * width + LINES + 2 * EDGE));
        return address + 4 * EDGE;
    }

    /**
     * Reads n complex numbers, a multiple of {@link #NUMBERS}, of each of {@link #LINES} lines.
     *
     * @param at byte offset of the first line
     * @param line bytes from a line to the next
     * @param re where the real parts go, as an index of floats in {@code data}, a row of {@code width} for each number;
     *     {@code im} the imaginary ones
     */
    static void in(MemorySegment m, long at, long line, int n, MemorySegment data, int re, int im, int width) {
        if (n == 0) {
            return;
        }
        long from = lines(m, at, line, n);
        long to = rows(data, re, width, n);
        long parts = rows(data, im, width, n) - to;
        long row = 4L * width;
        for (int k = 0; k < n; k += NEAR) {
            int some = Math.min(NEAR, n - k);
            long o = from + 8L * k;
            // Where a half comes from another place than it goes to, the vector that has it there is loaded.
            twoIn(o, o + 4 * line - 16, line, some, to + k * row, parts, row);
            twoIn(o + 16, o + 4 * line, line, some, to + (k + 2) * row, parts, row);
        }
    }

    /** The opposite, times {@code scale}. */
    static void out(
            MemorySegment m, long at, long line, int n, MemorySegment data, int re, int im, int width, float scale) {
        if (n == 0) {
            return;
        }
        long to = lines(m, at, line, n);
        long from = rows(data, re, width, n);
        long parts = rows(data, im, width, n) - from;
        long row = 4L * width;
        for (int k = 0; k < n; k += NEAR) {
            int some = Math.min(NEAR, n - k);
            long o = from + k * row;
            fourOut(o, o + 2 * row - 16, parts, row, some, to + 8L * k, line, scale);
            fourOut(o + 16, o + 2 * row, parts, row, some, to + 8L * k + 4 * line, line, scale);
        }
    }

    /** Two of four numbers of each line, those of lines 0 to 3 from {@code a} on and those of lines 4 to 7 from {@code b} on. */
    private static void twoIn(long a, long b, long line, int n, long to, long parts, long row) {
        for (int k = 0; k < n; k += NUMBERS) {
            long i = 8L * k;
            FloatVector x0 = halves(a + i, b + i);
            FloatVector x1 = halves(a + i + line, b + i + line);
            FloatVector x2 = halves(a + i + 2 * line, b + i + 2 * line);
            FloatVector x3 = halves(a + i + 3 * line, b + i + 3 * line);
            long o = to + k * row;
            FloatVector p = low1(x0, x1);
            FloatVector q = low1(x2, x3);
            store(low2(p, q), o);
            store(high2(p, q), o + row);
            p = high1(x0, x1);
            q = high1(x2, x3);
            store(low2(p, q), o + parts);
            store(high2(p, q), o + parts + row);
        }
    }

    /** Four of eight lines, two rows of them from {@code a} on and the next two, half a vector before, from {@code b} on. */
    private static void fourOut(long a, long b, long parts, long row, int n, long to, long line, float scale) {
        for (int k = 0; k < n; k += NUMBERS) {
            long i = k * row;
            FloatVector x0 = halves(a + i, b + i).mul(scale);
            FloatVector x1 = halves(a + i + parts, b + i + parts).mul(scale);
            FloatVector x2 = halves(a + i + row, b + i + row).mul(scale);
            FloatVector x3 = halves(a + i + parts + row, b + i + parts + row).mul(scale);
            long o = to + 8L * k;
            FloatVector p = low1(x0, x1);
            FloatVector q = low1(x2, x3);
            store(low2(p, q), o);
            store(high2(p, q), o + 2 * line);
            p = high1(x0, x1);
            q = high1(x2, x3);
            store(low2(p, q), o + line);
            store(high2(p, q), o + 3 * line);
        }
    }

    /** Reads n complex numbers, a multiple of {@link #LINES}, from a byte offset on, their parts apart. */
    static void apart(MemorySegment m, long at, int n, MemorySegment data, int re, int im) {
        long address = Window.address(m, at, 8L * n);
        long toRe = Window.address(data, 4L * re, 4L * n);
        long toIm = Window.address(data, 4L * im, 4L * n);
        for (int k = 0; k < n; k += LINES) {
            FloatVector a = load(address + 8L * k);
            FloatVector b = load(address + 8L * k + 32);
            store(a.rearrange(EVEN).blend(b.rearrange(EVEN), ODD4), toRe + 4L * k);
            store(a.rearrange(ODD).blend(b.rearrange(ODD), ODD4), toIm + 4L * k);
        }
    }

    /** The opposite, times {@code scale}. */
    static void together(MemorySegment m, long at, int n, MemorySegment data, int re, int im, float scale) {
        long address = Window.address(m, at, 8L * n);
        long fromRe = Window.address(data, 4L * re, 4L * n);
        long fromIm = Window.address(data, 4L * im, 4L * n);
        for (int k = 0; k < n; k += LINES) {
            FloatVector a = load(fromRe + 4L * k).mul(scale);
            FloatVector b = load(fromIm + 4L * k).mul(scale);
            store(a.rearrange(FIRST).blend(b.rearrange(FIRST), ODD1), address + 8L * k);
            store(a.rearrange(SECOND).blend(b.rearrange(SECOND), ODD1), address + 8L * k + 32);
        }
    }
}
