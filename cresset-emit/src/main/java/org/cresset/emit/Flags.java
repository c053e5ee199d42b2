package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Bytes in memory that are 0 or not as the bits of a number, for emitted loops, whose masks are such numbers to the rest of Java. */
public final class Flags {
    private static final ValueLayout.OfShort TWO = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt FOUR = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong EIGHT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Flags() {}

    /** Writes n (2, 4, 8, 16 or more) bits, the lowest first. */
    public static void put(long bits, int n, MemorySegment to, long at) {
        if (n == 8) {
            to.set(EIGHT, at, spread(bits));
        } else if (n == 4) {
            to.set(FOUR, at, (int) spread(bits));
        } else if (n == 2) {
            to.set(TWO, at, (short) spread(bits));
        } else {
            for (int i = 0; i < n; i += 8) {
                to.set(EIGHT, at + i, spread(bits >>> i));
            }
        }
    }

    /** Reads which of n (2, 4, 8, 16 or more) bytes are not 0. */
    public static long get(int n, MemorySegment from, long at) {
        if (n == 8) {
            return gather(from.get(EIGHT, at));
        } else if (n == 4) {
            return gather(from.get(FOUR, at) & 0xffffffffL);
        } else if (n == 2) {
            return gather(from.get(TWO, at) & 0xffffL);
        }
        long bits = 0;
        for (int i = 0; i < n; i += 8) {
            bits |= gather(from.get(EIGHT, at + i)) << i;
        }
        return bits;
    }

    /** Bit i of the lowest 8 as byte i: copies of them all, of which each byte keeps its own and makes it its highest. */
    private static long spread(long bits) {
        long own = (bits & 0xff) * 0x0101010101010101L & 0x8040201008040201L;
        return own + 0x00406070787c7e7fL >>> 7 & 0x0101010101010101L;
    }

    /** Whether byte i isn't 0 as bit i: the product moves each to its place in the highest byte. */
    private static long gather(long bytes) {
        long any = (bytes & 0x7f7f7f7f7f7f7f7fL) + 0x7f7f7f7f7f7f7f7fL | bytes;
        return (any >>> 7 & 0x0101010101010101L) * 0x0102040810204080L >>> 56;
    }
}
