package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.emit.Window;

/**
 * Brings lines of complex numbers in memory side by side in arrays, parts apart, and back: squares of eight by eight floats
 * are transposed in registers, for which the emitted loops have no words. The Vector API must be there.
 */
final class Transposition {
    /** Lines at a time. */
    static final int LINES = 8;

    /** Complex numbers of a line at a time. */
    static final int NUMBERS = 4;

    static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Float> LOW1 = shuffle(0, 0, 1, 1, 4, 4, 5, 5);
    private static final VectorShuffle<Float> HIGH1 = shuffle(2, 2, 3, 3, 6, 6, 7, 7);
    private static final VectorShuffle<Float> LOW2 = shuffle(0, 1, 0, 1, 4, 5, 4, 5);
    private static final VectorShuffle<Float> HIGH2 = shuffle(2, 3, 2, 3, 6, 7, 6, 7);
    private static final VectorShuffle<Float> LOW4 = shuffle(0, 1, 2, 3, 0, 1, 2, 3);
    private static final VectorShuffle<Float> HIGH4 = shuffle(4, 5, 6, 7, 4, 5, 6, 7);
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

    static FloatVector low1(FloatVector a, FloatVector b) {
        return a.rearrange(LOW1).blend(b.rearrange(LOW1), ODD1);
    }

    static FloatVector high1(FloatVector a, FloatVector b) {
        return a.rearrange(HIGH1).blend(b.rearrange(HIGH1), ODD1);
    }

    static FloatVector low2(FloatVector a, FloatVector b) {
        return a.rearrange(LOW2).blend(b.rearrange(LOW2), ODD2);
    }

    static FloatVector high2(FloatVector a, FloatVector b) {
        return a.rearrange(HIGH2).blend(b.rearrange(HIGH2), ODD2);
    }

    static FloatVector low4(FloatVector a, FloatVector b) {
        return a.rearrange(LOW4).blend(b.rearrange(LOW4), ODD4);
    }

    static FloatVector high4(FloatVector a, FloatVector b) {
        return a.rearrange(HIGH4).blend(b.rearrange(HIGH4), ODD4);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(EIGHT, Window.MEMORY, address, ORDER);
    }

    private static FloatVector load(float[] data, int at) {
        return FloatVector.fromArray(EIGHT, data, at);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Window.MEMORY, address, ORDER);
    }

    private static long checked(MemorySegment m, long at, long line, int n) {
        if (line < 0) {
            throw new IndexOutOfBoundsException("lines " + line + " bytes apart");
        }
        return Window.address(m, at, (LINES - 1) * line + 8L * n);
    }

    /**
     * Reads n complex numbers, a multiple of {@link #NUMBERS}, of each of {@link #LINES} lines.
     *
     * @param at byte offset of the first line
     * @param line bytes from a line to the next
     * @param re where the real parts go, a row of {@code width} for each number; {@code im} the imaginary ones
     */
    static void in(MemorySegment m, long at, long line, int n, float[] data, int re, int im, int width) {
        long address = checked(m, at, line, n);
        evenIn(address, line, n, data, re, im, width);
        oddIn(address, line, n, data, re + width, im + width, width);
    }

    /** The opposite, times {@code scale}. */
    static void out(MemorySegment m, long at, long line, int n, float[] data, int re, int im, int width, float scale) {
        long address = checked(m, at, line, n);
        evenOut(address, line, n, data, re, im, width, scale);
        oddOut(address + 2 * line, line, n, data, re, im, width, scale);
    }

    // Half of the results in each loop: more than that the compiler does not inline.

    private static void evenIn(long address, long line, int n, float[] data, int re, int im, int width) {
        for (int k = 0; k < n; k += NUMBERS) {
            long o = address + 8L * k;
            FloatVector ab = low1(load(o), load(o + line));
            FloatVector cd = low1(load(o + 2 * line), load(o + 3 * line));
            FloatVector ef = low1(load(o + 4 * line), load(o + 5 * line));
            FloatVector gh = low1(load(o + 6 * line), load(o + 7 * line));
            FloatVector ac = low2(ab, cd);
            FloatVector eg = low2(ef, gh);
            int r = re + k * width;
            low4(ac, eg).intoArray(data, r);
            high4(ac, eg).intoArray(data, r + 2 * width);
            ac = high2(ab, cd);
            eg = high2(ef, gh);
            int i = im + k * width;
            low4(ac, eg).intoArray(data, i);
            high4(ac, eg).intoArray(data, i + 2 * width);
        }
    }

    private static void oddIn(long address, long line, int n, float[] data, int re, int im, int width) {
        for (int k = 0; k < n; k += NUMBERS) {
            long o = address + 8L * k;
            FloatVector ab = high1(load(o), load(o + line));
            FloatVector cd = high1(load(o + 2 * line), load(o + 3 * line));
            FloatVector ef = high1(load(o + 4 * line), load(o + 5 * line));
            FloatVector gh = high1(load(o + 6 * line), load(o + 7 * line));
            FloatVector ac = low2(ab, cd);
            FloatVector eg = low2(ef, gh);
            int r = re + k * width;
            low4(ac, eg).intoArray(data, r);
            high4(ac, eg).intoArray(data, r + 2 * width);
            ac = high2(ab, cd);
            eg = high2(ef, gh);
            int i = im + k * width;
            low4(ac, eg).intoArray(data, i);
            high4(ac, eg).intoArray(data, i + 2 * width);
        }
    }

    private static void evenOut(long address, long line, int n, float[] data, int re, int im, int width, float scale) {
        for (int k = 0; k < n; k += NUMBERS) {
            int r = re + k * width;
            int i = im + k * width;
            FloatVector ab = low1(load(data, r), load(data, i)).mul(scale);
            FloatVector cd = low1(load(data, r + width), load(data, i + width)).mul(scale);
            FloatVector ef =
                    low1(load(data, r + 2 * width), load(data, i + 2 * width)).mul(scale);
            FloatVector gh =
                    low1(load(data, r + 3 * width), load(data, i + 3 * width)).mul(scale);
            FloatVector ac = low2(ab, cd);
            FloatVector eg = low2(ef, gh);
            long o = address + 8L * k;
            store(low4(ac, eg), o);
            store(high4(ac, eg), o + 4 * line);
            ac = high2(ab, cd);
            eg = high2(ef, gh);
            store(low4(ac, eg), o + line);
            store(high4(ac, eg), o + 5 * line);
        }
    }

    private static void oddOut(long address, long line, int n, float[] data, int re, int im, int width, float scale) {
        for (int k = 0; k < n; k += NUMBERS) {
            int r = re + k * width;
            int i = im + k * width;
            FloatVector ab = high1(load(data, r), load(data, i)).mul(scale);
            FloatVector cd = high1(load(data, r + width), load(data, i + width)).mul(scale);
            FloatVector ef =
                    high1(load(data, r + 2 * width), load(data, i + 2 * width)).mul(scale);
            FloatVector gh =
                    high1(load(data, r + 3 * width), load(data, i + 3 * width)).mul(scale);
            FloatVector ac = low2(ab, cd);
            FloatVector eg = low2(ef, gh);
            long o = address + 8L * k;
            store(low4(ac, eg), o);
            store(high4(ac, eg), o + 4 * line);
            ac = high2(ab, cd);
            eg = high2(ef, gh);
            store(low4(ac, eg), o + line);
            store(high4(ac, eg), o + 5 * line);
        }
    }

    /** Reads n complex numbers, a multiple of {@link #LINES}, from a byte offset on, their parts apart. */
    static void apart(MemorySegment m, long at, int n, float[] data, int re, int im) {
        long address = Window.address(m, at, 8L * n);
        for (int k = 0; k < n; k += LINES) {
            FloatVector a = load(address + 8L * k);
            FloatVector b = load(address + 8L * k + 32);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), ODD4).intoArray(data, re + k);
            a.rearrange(ODD).blend(b.rearrange(ODD), ODD4).intoArray(data, im + k);
        }
    }

    /** The opposite, times {@code scale}. */
    static void together(MemorySegment m, long at, int n, float[] data, int re, int im, float scale) {
        long address = Window.address(m, at, 8L * n);
        for (int k = 0; k < n; k += LINES) {
            FloatVector a = load(data, re + k).mul(scale);
            FloatVector b = load(data, im + k).mul(scale);
            store(a.rearrange(FIRST).blend(b.rearrange(FIRST), ODD1), address + 8L * k);
            store(a.rearrange(SECOND).blend(b.rearrange(SECOND), ODD1), address + 8L * k + 32);
        }
    }
}
