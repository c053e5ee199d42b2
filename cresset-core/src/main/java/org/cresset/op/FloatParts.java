package org.cresset.op;

import org.cresset.base.BFloat16;
import org.cresset.base.DType;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Significands, exponents and neighbours of floating-point numbers. */
public final class FloatParts {
    /** The number in [1/2, 1) that a power of 2 makes x of. */
    public static final Called MANTISSA =
            new Called("frexp", FloatParts::mantissa, false, Saves.INPUTS, (x, y) -> FloatParts.EXPONENT
                    .on(x)
                    .neg()
                    .exp2());

    /** That power. */
    public static final Called EXPONENT =
            new Called("frexp_exponent", FloatParts::exponent, false, Saves.NOTHING, (x, y) -> Tensor.number(0));

    private static final CalledBinary NEXT = new CalledBinary(
            "nextafter", Promotion.FLOAT_ONLY, FloatParts::neighbour, false, FloatParts::derivativeOfNext);
    private static final CalledBinary NEXT_16 = next("nextHalf");
    private static final CalledBinary NEXT_B16 = next("nextBFloat16");

    private FloatParts() {}

    private static CalledBinary next(String method) {
        return new CalledBinary(
                "nextafter." + method.substring(4),
                Promotion.FLOAT_ONLY,
                FloatParts.class,
                method,
                FloatParts::derivativeOfNext);
    }

    private static @Nullable Tensor derivativeOfNext(int i, Tensor a, Tensor b) {
        return i == 0 ? a.ne(b).to(a.dtype()) : null;
    }

    /** The operation that finds the neighbours of numbers of a dtype. */
    public static CalledBinary next(DType t) {
        return switch (t) {
            case FLOAT16 -> NEXT_16;
            case BFLOAT16 -> NEXT_B16;
            default -> NEXT;
        };
    }

    private static <V> V small(Lanes<V> l, V x) {
        return l.lt(l.abs(x), l.constant(l.type() == LaneType.F32 ? 0x1p-126 : 0x1p-1022));
    }

    /** x, or 2^54 times it where it is subnormal. */
    private static <V> V normal(Lanes<V> l, V x) {
        return l.select(small(l, x), l.mul(x, l.constant(0x1p54)), x);
    }

    /** Whether x is infinite, NaN or 0, which have no exponent. */
    private static <V> V without(Lanes<V> l, V x) {
        return l.either(l.eq(x, l.zero()), l.not(l.lt(l.abs(x), l.constant(Double.POSITIVE_INFINITY))));
    }

    private static <V> V mantissa(Lanes<V> l, V x) {
        V m = l.copySign(l.mul(l.significand(normal(l, x)), l.constant(0.5)), x);
        return l.select(without(l, x), x, m);
    }

    private static <V> V exponent(Lanes<V> l, V x) {
        V e = l.add(l.exponent(normal(l, x)), l.select(small(l, x), l.constant(-53.0), l.one()));
        return l.select(without(l, x), l.zero(), e);
    }

    /** The number of the loop's type next to a in direction b. */
    private static <V> V neighbour(Lanes<V> l, V a, V b) {
        V one = l.copySign(l.one(), a);
        V y = l.advance(a, l.select(l.lt(a, b), one, l.neg(one)));
        V least = l.constant(l.type() == LaneType.F32 ? Float.MIN_VALUE : Double.MIN_VALUE);
        y = l.select(l.eq(a, l.zero()), l.copySign(least, b), y);
        y = l.select(l.eq(a, b), b, y);
        return l.select(l.both(l.eq(a, a), l.eq(b, b)), y, l.add(a, b));
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
