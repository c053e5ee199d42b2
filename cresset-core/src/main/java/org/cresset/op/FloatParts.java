package org.cresset.op;

import org.cresset.base.BFloat16;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** Significands, exponents and neighbours of floating-point numbers. */
public final class FloatParts {
    /** The number in [1/2, 1) that a power of 2 makes x of. */
    public static final Called MANTISSA =
            new Called("frexp", FloatParts.class, "mantissa", Saves.INPUTS, (x, y) -> FloatParts.EXPONENT
                    .on(x)
                    .neg()
                    .exp2());

    /** That power. */
    public static final Called EXPONENT =
            new Called("frexp_exponent", FloatParts.class, "exponent", Saves.NOTHING, (x, y) -> Tensor.number(0));

    private static final CalledBinary NEXT_64 = next("nextDouble");
    private static final CalledBinary NEXT_32 = next("nextFloat");
    private static final CalledBinary NEXT_16 = next("nextHalf");
    private static final CalledBinary NEXT_B16 = next("nextBFloat16");

    private FloatParts() {}

    private static CalledBinary next(String method) {
        return new CalledBinary(
                "nextafter." + method.substring(4),
                Promotion.FLOAT_ONLY,
                FloatParts.class,
                method,
                (i, a, b) -> i == 0 ? a.ne(b).to(a.dtype()) : Tensor.number(0));
    }

    /** The operation that finds the neighbours of numbers of a dtype. */
    public static CalledBinary next(DType t) {
        return switch (t) {
            case FLOAT64 -> NEXT_64;
            case FLOAT16 -> NEXT_16;
            case BFLOAT16 -> NEXT_B16;
            default -> NEXT_32;
        };
    }

    /** For {@link #MANTISSA}. */
    public static double mantissa(double x) {
        return x == 0 || !Double.isFinite(x) ? x : Math.scalb(x, -(int) exponent(x));
    }

    /** For {@link #EXPONENT}. */
    public static double exponent(double x) {
        if (x == 0 || !Double.isFinite(x)) {
            return 0;
        }
        int e = Math.getExponent(x);
        return e >= Double.MIN_EXPONENT ? e + 1 : Math.getExponent(x * 0x1p60) - 59;
    }

    /** The float64 next to a in direction b. */
    public static double nextDouble(double a, double b) {
        return Math.nextAfter(a, b);
    }

    /** The float32 next to a in direction b. */
    public static double nextFloat(double a, double b) {
        return Math.nextAfter((float) a, b);
    }

    /** The float16 next to a in direction b. */
    public static double nextHalf(double a, double b) {
        return Float.float16ToFloat((short) step(Float.floatToFloat16((float) a) & 0xffff, a, b));
    }

    /** The bfloat16 next to a in direction b. */
    public static double nextBFloat16(double a, double b) {
        return BFloat16.toFloat((short) step(BFloat16.fromFloat((float) a) & 0xffff, a, b));
    }

    /** The 16-bit pattern next to {@code bits}, those of a. */
    private static int step(int bits, double a, double b) {
        if (a == b) {
            return bits & 0x7fff | (1 / b < 0 || b < 0 ? 0x8000 : 0);
        }
        if (Double.isNaN(a)) {
            return bits;
        }
        if (Double.isNaN(b)) {
            return 0x7fff;
        }
        if (a == 0) {
            return b > 0 ? 1 : 0x8001;
        }
        return a < b == a > 0 ? bits + 1 : bits - 1;
    }
}
