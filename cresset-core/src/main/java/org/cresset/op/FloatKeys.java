package org.cresset.op;

import java.lang.foreign.MemorySegment;

/**
 * Lines of float32 as integers in their order, which are packed together with the places. In loops without jumps over arrays,
 * one for each thing, of which the compiler makes vectors.
 */
final class FloatKeys {
    private static final int INFINITY = 0x7f800000;

    /** The key of NaN. */
    static final int NAN = 0x7fc00000;

    private FloatKeys() {}

    /**
     * Packs n elements that are {@code step} bytes apart: in the upper half the key, -0 equal to 0 and NaN the largest, in the
     * lower one the place.
     *
     * @param keys where to work, at least n
     * @param flip -1 for the opposite order, else 0
     */
    static void pack(MemorySegment m, long from, long step, int[] keys, long[] packed, int n, int flip) {
        LineArrays.own().readInts(m, from, step, keys, n);
        order(keys, n, flip);
        pack(keys, packed, n);
    }

    private static void order(int[] keys, int n, int flip) {
        for (int i = 0; i < n; i++) {
            int bits = keys[i];
            int magnitude = bits & Integer.MAX_VALUE;
            int nan = INFINITY - magnitude >> 31;
            int zero = magnitude - 1 >> 31;
            bits = bits & ~nan & ~zero | NAN & nan;
            keys[i] = bits ^ bits >> 31 & Integer.MAX_VALUE ^ flip;
        }
    }

    private static void pack(int[] keys, long[] packed, int n) {
        for (int i = 0; i < n; i++) {
            packed[i] = (long) keys[i] << 32 | i;
        }
    }
}
