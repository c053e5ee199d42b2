package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.emit.Window;

/** Copies of runs that are so short that the call that copies memory would take as long as the copy. */
final class ShortCopies {
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Bytes up to which runs are short. */
    static final long LONG = 1024;

    /** The same where there are no vectors, or not yet. */
    private static final long LONG_WITHOUT = 64;

    /** Bytes of the longest vectors there are. */
    private static final long SHORTEST_FOR_VECTORS = 64;

    private static final int EXERCISED = 1000;
    private static final MemorySegment SCRATCH = Arena.ofAuto().allocate(2L * EXERCISED, 64);
    private static final Exercise EXERCISE = new Exercise(
            () -> Vectors.copy(SCRATCH.address(), SCRATCH.address() + EXERCISED, EXERCISED), EXERCISED / 8);

    private ShortCopies() {}

    /** Copies bytes of native memory to other native memory. */
    static void copy(MemorySegment source, long fo, MemorySegment target, long at, long bytes) {
        if (bytes <= LONG && bytes >= SHORTEST_FOR_VECTORS && EXERCISE.ready(bytes >> 3)) {
            Vectors.copy(Window.address(source, fo, bytes), Window.address(target, at, bytes), (int) bytes);
        } else if (bytes > LONG_WITHOUT || (bytes & 7) != 0) {
            MemorySegment.copy(source, fo, target, at, bytes);
        } else {
            MemorySegment from = Window.of(source, fo, bytes);
            MemorySegment to = Window.of(target, at, bytes);
            int n = (int) bytes >> 3;
            for (int i = 0; i < n; i++) {
                to.set(L, 8L * i, from.get(L, 8L * i));
            }
        }
    }

    /** Loaded only where the Vector API is. */
    static final class Vectors {
        private static final ByteOrder ORDER = ByteOrder.nativeOrder();
        private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;

        /** At least one vector, and after the first to where vectors don't cross cache lines; some bytes go twice. */
        static void copy(long from, long to, int n) {
            int last = n - BYTES.length();
            one(from, to);
            for (int i = BYTES.length() - (int) (to & BYTES.length() - 1); i < last; i += BYTES.length()) {
                one(from + i, to + i);
            }
            one(from + last, to + last);
        }

        private static void one(long from, long to) {
            ByteVector.fromMemorySegment(BYTES, Window.MEMORY, from, ORDER).intoMemorySegment(Window.MEMORY, to, ORDER);
        }
    }
}
