package org.cresset.base;

/** The sizes of blocks: multiples of 64 bytes to 512, then four to each power of two. */
final class SizeClasses {
    static final int COUNT = 8 + 4 * (63 - 9);

    private SizeClasses() {}

    /** The class whose blocks hold {@code bytes}. */
    static int of(long bytes) {
        if (bytes <= 512) {
            return (int) ((Math.max(bytes, 1) - 1) >>> 6);
        }
        int log = 63 - Long.numberOfLeadingZeros(bytes - 1);
        int quarter = (int) ((bytes - 1) >>> (log - 2)) & 3;
        return 8 + 4 * (log - 9) + quarter;
    }

    /** Bytes of a block of class {@code c}. */
    static long bytes(int c) {
        if (c < 8) {
            return 64L * (c + 1);
        }
        int log = 9 + (c - 8) / 4;
        return (1L << log) + ((c - 8) % 4 + 1L) * (1L << (log - 2));
    }
}
