package org.cresset.op;

import org.cresset.emit.Lanes;

/**
 * Integers in the order of float32 numbers, -0 before 0, in which NaN of either sign comes last. Processors find the larger of
 * integers in one instruction; of floats, with what Java says about NaN and zeros, most take half a dozen.
 */
final class FloatOrder {
    private static final int MAGNITUDE = Integer.MAX_VALUE;

    /** How many NaNs there are of a sign: by so much all move down, and NaNs whose sign is set come around to the end. */
    private static final int NANS = 0x7fffff;

    private FloatOrder() {}

    private static <V> V ascending(Lanes<V> l, V bits) {
        return l.xor(bits, l.and(l.signs(bits), l.constant((long) MAGNITUDE)));
    }

    /** Of a number's bits, an integer of which the largest is that of the largest number. */
    static <V> V largest(Lanes<V> l, V bits) {
        return l.sub(ascending(l, bits), l.constant((long) NANS));
    }

    /** Of a number's bits, an integer of which the largest is that of the smallest number. */
    static <V> V smallest(Lanes<V> l, V bits) {
        return l.sub(l.constant((long) ~NANS), ascending(l, bits));
    }

    private static float number(int ascending) {
        return Float.intBitsToFloat(ascending ^ (ascending >> 31 & MAGNITUDE));
    }

    /** The number of which {@link #largest} makes a key; of {@link Integer#MIN_VALUE} negative infinity. */
    static float ofLargest(int key) {
        return number(key + NANS);
    }

    /** The number of which {@link #smallest} makes a key; of {@link Integer#MIN_VALUE} infinity. */
    static float ofSmallest(int key) {
        return number(~NANS - key);
    }
}
