package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Window;

/**
 * Runs of memory backwards. The compiler makes no vectors of loops that go down, so elements are turned eight bytes at a time in
 * an ordinary register. Offsets in bytes.
 */
final class Reversal {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long LOW_BYTES = 0x00ff00ff00ff00ffL;

    /** Elements at a time, so that the loops can count in ints. */
    private static final long CHUNK = 1 << 24;

    private Reversal() {}

    /** The n elements of {@code size} bytes (1, 2, 4 or 8) from {@code fo} down go to {@code at} upwards; native memory. */
    static void run(MemorySegment from, long fo, MemorySegment to, long at, int size, long n) {
        for (long i = 0; i < n; i += CHUNK) {
            int m = (int) Math.min(CHUNK, n - i);
            long low = fo - (i + m - 1) * size;
            switch (size) {
                case 1 -> bytes(from, low, to, at + i, m);
                case 2 -> shorts(from, low, to, at + 2 * i, m);
                case 4 -> ints(from, low, to, at + 4 * i, m);
                default -> longs(from, low, to, at + 8 * i, m);
            }
        }
    }

    private static void bytes(MemorySegment source, long low, MemorySegment target, long at, int n) {
        MemorySegment from = Window.of(source, low, n);
        MemorySegment to = Window.of(target, at, n);
        int whole = n >> 3;
        for (int i = 0; i < whole; i++) {
            to.set(L, 8L * i, Long.reverseBytes(from.get(L, n - 8L - 8L * i)));
        }
        for (int i = whole << 3; i < n; i++) {
            to.set(B, i, from.get(B, n - 1L - i));
        }
    }

    private static void shorts(MemorySegment source, long low, MemorySegment target, long at, int n) {
        long bytes = 2L * n;
        MemorySegment from = Window.of(source, low, bytes);
        MemorySegment to = Window.of(target, at, bytes);
        int whole = n >> 2;
        for (int i = 0; i < whole; i++) {
            long v = Long.reverseBytes(from.get(L, bytes - 8 - 8L * i));
            to.set(L, 8L * i, v >>> 8 & LOW_BYTES | (v & LOW_BYTES) << 8);
        }
        for (int i = whole << 2; i < n; i++) {
            to.set(S, 2L * i, from.get(S, bytes - 2 - 2L * i));
        }
    }

    private static void ints(MemorySegment source, long low, MemorySegment target, long at, int n) {
        long bytes = 4L * n;
        MemorySegment from = Window.of(source, low, bytes);
        MemorySegment to = Window.of(target, at, bytes);
        int whole = n >> 1;
        for (int i = 0; i < whole; i++) {
            to.set(L, 8L * i, Long.rotateLeft(from.get(L, bytes - 8 - 8L * i), 32));
        }
        if ((n & 1) != 0) {
            to.set(I, bytes - 4, from.get(I, 0));
        }
    }

    private static void longs(MemorySegment source, long low, MemorySegment target, long at, int n) {
        long bytes = 8L * n;
        MemorySegment from = Window.of(source, low, bytes);
        MemorySegment to = Window.of(target, at, bytes);
        for (int i = 0; i < n; i++) {
            to.set(L, 8L * i, from.get(L, bytes - 8 - 8L * i));
        }
    }
}
