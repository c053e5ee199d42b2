package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.emit.Window;

/**
 * Runs of memory backwards. The compiler makes no vectors of loops that go down, so elements of four and eight bytes are turned
 * in vectors of ours, and until those are compiled, as smaller elements always, eight bytes at a time in an ordinary register.
 * Offsets in bytes.
 */
final class Reversal {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long LOW_BYTES = 0x00ff00ff00ff00ffL;

    /** Elements of the longest vectors there are. */
    private static final int SHORTEST_FOR_VECTORS = 16;

    /** Elements at a time, so that the loops can count in ints. */
    private static final long CHUNK = 1 << 24;

    private static final int EXERCISED = 1003; // whole vectors and some elements
    private static final MemorySegment SCRATCH = Arena.ofAuto().allocate(16L * EXERCISED, 64);
    private static final Exercise EXERCISE = new Exercise(
            () -> {
                Vectors.ints(SCRATCH, 0, SCRATCH, 8L * EXERCISED, EXERCISED);
                Vectors.longs(SCRATCH, 0, SCRATCH, 8L * EXERCISED, EXERCISED);
            },
            2 * EXERCISED);

    private Reversal() {}

    /** The n elements of {@code size} bytes (1, 2, 4 or 8) from {@code fo} down go to {@code at} upwards; native memory. */
    static void run(MemorySegment from, long fo, MemorySegment to, long at, int size, long n) {
        for (long i = 0; i < n; i += CHUNK) {
            int m = (int) Math.min(CHUNK, n - i);
            long low = fo - (i + m - 1) * size;
            boolean inVectors = size >= 4 && vectors(m);
            if (!inVectors
                    && Moves.machine(from, low + (m - 1L) * size, 0, -size, to, at + i * size, 0, size, size, 1, m)) {
                continue;
            }
            switch (size) {
                case 1 -> bytes(from, low, to, at + i, m);
                case 2 -> shorts(from, low, to, at + 2 * i, m);
                case 4 -> {
                    if (inVectors) {
                        Vectors.ints(from, low, to, at + 4 * i, m);
                    } else {
                        ints(from, low, to, at + 4 * i, m);
                    }
                }
                default -> {
                    if (inVectors) {
                        Vectors.longs(from, low, to, at + 8 * i, m);
                    } else {
                        longs(from, low, to, at + 8 * i, m);
                    }
                }
            }
        }
    }

    private static boolean vectors(int n) {
        return n >= SHORTEST_FOR_VECTORS && EXERCISE.ready(n);
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

    /** Loaded only where the Vector API is. Runs have at least one vector; the last one may turn some elements again. */
    static final class Vectors {
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();
        private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
        private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
        private static final VectorShuffle<Integer> INTS_BACK = VectorShuffle.fromOp(INTS, i -> INTS.length() - 1 - i);
        private static final VectorShuffle<Long> LONGS_BACK = VectorShuffle.fromOp(LONGS, i -> LONGS.length() - 1 - i);

        /** Of a vector. */
        private static final long BYTES = INTS.vectorByteSize();

        private Vectors() {}

        /*
         * Eight vectors written out: methods of that length the compiler compiles by themselves. Where it inlined shorter ones
         * into a long chain of callers, it had nothing left for the inside of the loop, and called a method for each access.
         */

        static void ints(MemorySegment source, long low, MemorySegment target, long at, int n) {
            int last = n - INTS.length();
            long from = Window.address(source, low, 4L * n) + 4L * last;
            long to = Window.address(target, at, 4L * n);
            int i = 0;
            for (; i + 7 * INTS.length() < last; i += 8 * INTS.length()) {
                long f = from - 4L * i;
                long t = to + 4L * i;
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 0 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 0 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 1 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 1 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 2 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 2 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 3 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 3 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 4 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 4 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 5 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 5 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 6 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 6 * BYTES, ORDER);
                IntVector.fromMemorySegment(INTS, Window.MEMORY, f - 7 * BYTES, ORDER)
                        .rearrange(INTS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 7 * BYTES, ORDER);
            }
            for (; i < last; i += INTS.length()) {
                turn(from - 4L * i, to + 4L * i);
            }
            turn(from - 4L * last, to + 4L * last);
        }

        private static void turn(long from, long to) {
            IntVector.fromMemorySegment(INTS, Window.MEMORY, from, ORDER)
                    .rearrange(INTS_BACK)
                    .intoMemorySegment(Window.MEMORY, to, ORDER);
        }

        static void longs(MemorySegment source, long low, MemorySegment target, long at, int n) {
            int last = n - LONGS.length();
            long from = Window.address(source, low, 8L * n) + 8L * last;
            long to = Window.address(target, at, 8L * n);
            int i = 0;
            for (; i + 7 * LONGS.length() < last; i += 8 * LONGS.length()) {
                long f = from - 8L * i;
                long t = to + 8L * i;
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 0 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 0 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 1 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 1 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 2 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 2 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 3 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 3 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 4 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 4 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 5 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 5 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 6 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 6 * BYTES, ORDER);
                LongVector.fromMemorySegment(LONGS, Window.MEMORY, f - 7 * BYTES, ORDER)
                        .rearrange(LONGS_BACK)
                        .intoMemorySegment(Window.MEMORY, t + 7 * BYTES, ORDER);
            }
            for (; i < last; i += LONGS.length()) {
                turnLongs(from - 8L * i, to + 8L * i);
            }
            turnLongs(from - 8L * last, to + 8L * last);
        }

        private static void turnLongs(long from, long to) {
            LongVector.fromMemorySegment(LONGS, Window.MEMORY, from, ORDER)
                    .rearrange(LONGS_BACK)
                    .intoMemorySegment(Window.MEMORY, to, ORDER);
        }
    }
}
