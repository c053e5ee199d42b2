package org.cresset.emit;

/** Numbers whose bit patterns turn integers into floating-point numbers and back by adding. */
final class FloatBits {
    /** The bits of 2^23: with an integer below 2^23 or-ed in, the float 2^23 + that integer. */
    static final int F32_INTEGER = 0x4b000000;
    /** The bits of 2^52. */
    static final long F64_INTEGER = 0x4330000000000000L;

    private FloatBits() {}

    /** Added to an integral number, leaves it (in two's complement) in the low bits of the significand. */
    static double rounder(LaneType type) {
        return type == LaneType.F32 ? 0x1.8p23 : 0x1.8p52;
    }

    /** What {@code exponent} subtracts: the offset of the integer trick and the exponent's bias. */
    static double exponentBias(LaneType type) {
        return type == LaneType.F32 ? 0x1p23 + 127 : 0x1p52 + 1023;
    }
}
