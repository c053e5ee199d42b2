package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Window;

/**
 * Elements of 4 bytes out of rows that lie together and of which most is wanted, by one index for all. A row is brought into
 * an array and the result out of one: those copies run through memory in order, where reading here and there would wait for
 * each cache line. For one thread.
 */
final class GatheredRow {
    /** Elements of a row that stays in the first cache together with index and result. */
    private static final int MOST = 4096;

    /** Where at least one of how many elements is read. */
    private static final int SPARSE = 4;

    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;

    private final int[] row;
    private final int[] places = new int[Jumps.BLOCK];
    private final int[] result = new int[Jumps.BLOCK];
    private long last = -1;
    private int known;

    /** For rows of so many elements. */
    GatheredRow(long places) {
        row = new int[(int) places];
    }

    /** Whether that pays for {@code n} elements out of {@code places}. */
    static boolean fits(int size, long places, long n) {
        return size == Integer.BYTES && places <= MOST && n >= places / SPARSE;
    }

    /** n elements, by what {@code jumps} says from byte {@code io} of the index on, which is looked at anew where that moves. */
    void pick(MemorySegment from, long xo, Jumps jumps, long io, MemorySegment to, long yo, int n) {
        if (io != last || n > known) {
            narrow(jumps.at(io, n), places, n);
            last = io;
            known = n;
        }
        // By addresses: of a segment that comes as an argument the compiler knows too little to make this a plain copy.
        MemorySegment.copy(Window.MEMORY, I, Window.address(from, xo, 4L * row.length), row, 0, row.length);
        pick(row, places, result, n);
        MemorySegment.copy(result, 0, Window.MEMORY, I, Window.address(to, yo, 4L * n), n);
    }

    private static void narrow(long[] jumps, int[] places, int n) {
        for (int i = 0; i < n; i++) {
            places[i] = (int) (jumps[i] >> 2);
        }
    }

    private static void pick(int[] row, int[] places, int[] result, int n) {
        for (int i = 0; i < n; i++) {
            result[i] = row[places[i]];
        }
    }
}
