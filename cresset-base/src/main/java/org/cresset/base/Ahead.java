package org.cresset.base;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads memory before it is needed, so that the processor waits for many pieces at once: for rows of a large table in no order,
 * which it can't foresee. One row after the other, each would cost the whole way to main memory.
 */
public final class Ahead {
    /** Rows to read ahead at a time: few enough that the first is still in the cache when the last has come. */
    public static final int ROWS = 16;

    private static final int LINE = 64;
    private static final int MOST = 4096;

    /** Keeps the reads from being left out by the compiler. */
    private static volatile int unused;

    private Ahead() {}

    /** Touches each cache line of {@code bytes} from an offset on; of long rows, which foresee themselves, the beginning. */
    public static void touch(MemorySegment memory, long offset, long bytes) {
        long n = Math.min(bytes, MOST);
        int sum = 0;
        for (long i = 0; i < n; i += LINE) {
            sum += memory.get(ValueLayout.JAVA_BYTE, offset + i);
        }
        sum += memory.get(ValueLayout.JAVA_BYTE, offset + n - 1);
        if (sum == Integer.MIN_VALUE) { // never with so few bytes, but the compiler can't know
            unused = sum;
        }
    }
}
