package org.cresset.emit;

/** Conversions of floating-point numbers to integers as x86-64 does them, which PyTorch's results are of there. */
public final class Casts {
    private Casts() {}

    /** Out of range and NaN give the smallest long. */
    public static long toLong(double v) {
        return v >= -0x1p63 && v < 0x1p63 ? (long) v : Long.MIN_VALUE;
    }

    /** To 32 bits, of which smaller types take the lower ones. */
    public static int toInt(double v) {
        return v > -0x1p31 - 1 && v < 0x1p31 ? (int) v : Integer.MIN_VALUE;
    }
}
