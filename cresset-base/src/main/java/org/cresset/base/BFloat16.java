package org.cresset.base;

/** The 16-bit floating-point format that is the upper half of a float. */
public final class BFloat16 {
    private BFloat16() {}

    /** The nearest bfloat16, ties to even; NaN stays a quiet NaN. */
    public static short fromFloat(float f) {
        int bits = Float.floatToRawIntBits(f);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    /** The same number as a float. */
    public static float toFloat(short b) {
        return Float.intBitsToFloat(b << 16);
    }
}
