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

    /** So that what is near is less than 2^31 bytes away. */
    private static final int WIDEST = 1 << 20;

    static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
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

    // Of two vectors the even and the odd elements, or pairs of elements, in turn.

    static FloatVector low1(FloatVector a, FloatVector b) {
        return a.blend(b.rearrange(SWAP1), ODD1);
    }

    static FloatVector high1(FloatVector a, FloatVector b) {
        return a.rearrange(SWAP1).blend(b, ODD1);
    }

    static FloatVector low2(FloatVector a, FloatVector b) {
        return a.blend(b.rearrange(SWAP2), ODD2);
    }

    static FloatVector high2(FloatVector a, FloatVector b) {
        return a.rearrange(SWAP2).blend(b, ODD2);
    }

    private static long lines(MemorySegment m, long at, long line, int n) {
        if (line < 8L * NUMBERS) {
            throw new IndexOutOfBoundsException("lines " + line + " bytes apart");
        }
        return Window.address(m, at, (LINES - 1) * line + 8L * n);
    }

    private static long rows(MemorySegment data, int at, int width, int n) {
        if (width > WIDEST) {
            throw new IndexOutOfBoundsException("rows of " + width + " elements");
        }
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
        int row = 4 * width;
        for (int k = 0; k < n; k += NEAR) {
            int some = Math.min(NEAR, n - k);
            long o = from + 8L * k;
            // Where a half comes from another place than it goes to, the vector that has it there is loaded.
            twoIn(o, o + 4 * line - 16, line, some, to + (long) k * row, parts, row);
            twoIn(o + 16, o + 4 * line, line, some, to + (k + 2L) * row, parts, row);
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
        int row = 4 * width;
        for (int k = 0; k < n; k += NEAR) {
            int some = Math.min(NEAR, n - k);
            long o = from + (long) k * row;
            fourOut(o, o + 2L * row - 16, parts, row, some, to + 8L * k, line, scale);
            fourOut(o + 16, o + 2L * row, parts, row, some, to + 8L * k + 4 * line, line, scale);
        }
    }

    /**
     * Two of four numbers of each line, those of lines 0 to 3 from {@code a} on and those of lines 4 to 7 from {@code b} on.
     *
     * @param n at most {@link #NEAR}
     */
    private static void twoIn(long a, long b, long line, int n, long to, long parts, int row) {
        long a0 = Window.known(a);
        long a1 = Window.known(a + line);
        long a2 = Window.known(a + 2 * line);
        long a3 = Window.known(a + 3 * line);
        long b0 = Window.known(b);
        long b1 = Window.known(b + line);
        long b2 = Window.known(b + 2 * line);
        long b3 = Window.known(b + 3 * line);
        long re0 = Window.known(to);
        long re1 = Window.known(to + row);
        long im0 = Window.known(to + parts);
        long im1 = Window.known(to + parts + row);
        for (int k = 0; k < n; k += NUMBERS) {
            int i = 8 * k & Integer.MAX_VALUE; // not negative, which the JIT compiler has to know at once
            FloatVector x0 = halves(a0 + i, b0 + i);
            FloatVector x1 = halves(a1 + i, b1 + i);
            FloatVector x2 = halves(a2 + i, b2 + i);
            FloatVector x3 = halves(a3 + i, b3 + i);
            int o = k * row & Integer.MAX_VALUE;
            FloatVector p = low1(x0, x1);
            FloatVector q = low1(x2, x3);
            store(low2(p, q), re0 + o);
            store(high2(p, q), re1 + o);
            p = high1(x0, x1);
            q = high1(x2, x3);
            store(low2(p, q), im0 + o);
            store(high2(p, q), im1 + o);
        }
    }

    /**
     * Four of eight lines, two rows of them from {@code a} on and the next two, half a vector before, from {@code b} on.
     *
     * @param n at most {@link #NEAR}
     */
    private static void fourOut(long a, long b, long parts, int row, int n, long to, long line, float scale) {
        long re0 = Window.known(a);
        long re1 = Window.known(a + row);
        long re2 = Window.known(b);
        long re3 = Window.known(b + row);
        long im0 = Window.known(a + parts);
        long im1 = Window.known(a + parts + row);
        long im2 = Window.known(b + parts);
        long im3 = Window.known(b + parts + row);
        long to0 = Window.known(to);
        long to1 = Window.known(to + line);
        long to2 = Window.known(to + 2 * line);
        long to3 = Window.known(to + 3 * line);
        for (int k = 0; k < n; k += NUMBERS) {
            int i = k * row & Integer.MAX_VALUE;
            FloatVector x0 = halves(re0 + i, re2 + i).mul(scale);
            FloatVector x1 = halves(im0 + i, im2 + i).mul(scale);
            FloatVector x2 = halves(re1 + i, re3 + i).mul(scale);
            FloatVector x3 = halves(im1 + i, im3 + i).mul(scale);
            int o = 8 * k & Integer.MAX_VALUE;
            FloatVector p = low1(x0, x1);
            FloatVector q = low1(x2, x3);
            store(low2(p, q), to0 + o);
            store(high2(p, q), to2 + o);
            p = high1(x0, x1);
            q = high1(x2, x3);
            store(low2(p, q), to1 + o);
            store(high2(p, q), to3 + o);
        }
    }

    /** Reads n complex numbers, a multiple of {@link #LINES}, from a byte offset on, their parts apart. */
    static void apart(MemorySegment m, long at, int n, MemorySegment data, int re, int im) {
        long address = Window.address(m, at, 8L * n);
        long toRe = Window.address(data, 4L * re, 4L * n);
        long toIm = Window.address(data, 4L * im, 4L * n);
        for (int k = 0; k < n; k += LINES) {
            int i = 4 * k & Integer.MAX_VALUE;
            FloatVector a = load(address + 2L * i);
            FloatVector b = load(address + 2L * i + 32);
            store(a.rearrange(EVEN).blend(b.rearrange(EVEN), ODD4), toRe + i);
            store(a.rearrange(ODD).blend(b.rearrange(ODD), ODD4), toIm + i);
        }
    }

    /** The opposite, times {@code scale}. */
    static void together(MemorySegment m, long at, int n, MemorySegment data, int re, int im, float scale) {
        long address = Window.address(m, at, 8L * n);
        long fromRe = Window.address(data, 4L * re, 4L * n);
        long fromIm = Window.address(data, 4L * im, 4L * n);
        for (int k = 0; k < n; k += LINES) {
            int i = 4 * k & Integer.MAX_VALUE;
            FloatVector a = load(fromRe + i).mul(scale);
            FloatVector b = load(fromIm + i).mul(scale);
            store(a.rearrange(FIRST).blend(b.rearrange(FIRST), ODD1), address + 2L * i);
            store(a.rearrange(SECOND).blend(b.rearrange(SECOND), ODD1), address + 2L * i + 32);
        }
    }
}
