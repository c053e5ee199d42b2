package org.cresset.emit;

import java.util.List;
import org.cresset.emit.Lanes.Function;

/**
 * Elementary functions as lane bodies. In float32 they are polynomials over a reduced range, fitted for these files with a
 * weighted least-squares exchange so that the largest relative error is least; each stays within about two units in the last
 * place. In float64 some are {@link WideMath}'s, the others calls of the platform's functions.
 */
public final class LaneMath {
    private static final Function SIN = new Function(Math.class, "sin");
    private static final Function COS = new Function(Math.class, "cos");
    private static final Function ATAN = new Function(Math.class, "atan");
    private static final Function ASIN = new Function(Math.class, "asin");
    private static final Function ERF = new Function(ErrorFunctions.class, "erf");

    private LaneMath() {}

    private static <V> boolean wide(Lanes<V> l) {
        return l.type() == LaneType.F64;
    }

    /** The polynomial with these coefficients, highest power last, in {@code x}. */
    static <V> V polynomial(Lanes<V> l, V x, Double... c) {
        V y = l.constant(c[c.length - 1]);
        for (int i = c.length - 2; i >= 0; i--) {
            y = l.fma(y, x, l.constant(c[i]));
        }
        return y;
    }

    /** {@code a * b} to an integer, for less than 2^22 (float32); beyond, to some number about as large. */
    static <V> V nearest(Lanes<V> l, V a, V b) {
        V big = l.constant(l.type() == LaneType.F32 ? 0x1.8p23 : 0x1.8p52);
        return l.sub(l.fma(a, b, big), big);
    }

    /** {@code function} of one argument by its double form. */
    public static <V> V call(Lanes<V> l, Function function, V x) {
        return l.call(function, List.of(x));
    }

    /** {@code function} of two arguments by its double form. */
    public static <V> V call(Lanes<V> l, Function function, V x, V y) {
        return l.call(function, List.of(x, y));
    }

    /** e^x. */
    public static <V> V exp(Lanes<V> l, V x) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.exp(l, x) : WideMath.exp(l, x);
        }
        V k = nearest(l, x, l.constant(1.4426950408889634));
        // Beyond these the result is 0 or infinity; the bounds keep both powers of two below in range.
        k = l.select(l.gt(k, l.constant(-152.0)), k, l.constant(-152.0));
        k = l.select(l.lt(k, l.constant(129.0)), k, l.constant(129.0));
        V bounded = l.select(l.gt(x, l.constant(-105.0)), x, l.constant(-105.0));
        bounded = l.select(l.lt(bounded, l.constant(90.0)), bounded, l.constant(90.0));
        V r = l.fma(k, l.constant(-0.693359375), bounded);
        r = l.fma(k, l.constant(2.12194440e-4), r);
        V q = polynomial(l, r, 0.5, 1.666651219e-1, 4.166618735e-2, 8.369598538e-3, 1.395171741e-3);
        V y = l.add(l.fma(l.mul(r, r), q, r), l.one());
        V half = nearest(l, k, l.constant(0.5));
        y = l.mul(l.mul(y, l.pow2(half)), l.pow2(l.sub(k, half)));
        return l.select(l.eq(x, x), y, x);
    }

    /** e^x for x at most 0, which comes out a little sooner; -infinity gives 0, results below 2^-126 too. */
    public static <V> V expOfNegative(Lanes<V> l, V x) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.exp(l, x) : WideMath.exp(l, x);
        }
        V k = l.sub(l.fma(x, l.constant(1.4426950408889634), l.constant(0x1.8p23)), l.constant(0x1.8p23));
        V r = l.fma(k, l.constant(-0.693359375), x);
        r = l.fma(k, l.constant(2.12194440e-4), r);
        V q = polynomial(l, r, 0.5, 1.666651219e-1, 4.166618735e-2, 8.369598538e-3, 1.395171741e-3);
        V y = l.mul(l.add(l.fma(l.mul(r, r), q, r), l.one()), l.pow2(k));
        // Far below, where k has no meaning, this is the only step that counts; NaN comes through all of them.
        return l.select(l.lt(x, l.constant(-87.3)), l.zero(), y);
    }

    /** e^x - 1. */
    public static <V> V expm1(Lanes<V> l, V x) {
        if (wide(l)) {
            return WideMath.expm1(l, x);
        }
        V bounded = l.select(l.gt(x, l.constant(-18.0)), x, l.constant(-18.0));
        bounded = l.select(l.lt(bounded, l.constant(89.0)), bounded, l.constant(89.0));
        V k = nearest(l, bounded, l.constant(1.4426950408889634));
        V r = l.fma(k, l.constant(-0.693359375), bounded);
        r = l.fma(k, l.constant(2.12194440e-4), r);
        V q = polynomial(l, r, 0.5, 1.666666716e-1, 4.166634008e-2, 8.333271369e-3, 1.394205960e-3, 1.991503232e-4);
        V e = l.fma(l.mul(r, r), q, r);
        // 2^k may be 2^128, which only its half can represent.
        V scale = l.pow2(l.sub(k, l.one()));
        V y = l.mul(l.fma(e, scale, l.sub(scale, l.constant(0.5))), l.constant(2.0));
        y = l.select(l.eq(k, l.zero()), e, y);
        y = l.select(l.eq(x, l.zero()), x, y);
        return l.select(l.eq(x, x), y, x);
    }

    /** Natural logarithm. */
    public static <V> V log(Lanes<V> l, V x) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.log(l, x) : WideMath.log(l, x);
        }
        V small = l.lt(x, l.constant(0x1p-126));
        V y = l.select(small, l.mul(x, l.constant(0x1p24)), x);
        V result = logOfNormal(l, y, l.select(small, l.constant(-23.0), l.one()));
        return edgesOfLog(l, x, result);
    }

    /** log(x 2^(shift - 1)) of a positive normal number. */
    static <V> V logOfNormal(Lanes<V> l, V x, V shift) {
        V e = l.add(l.exponent(x), shift);
        V m = l.mul(l.significand(x), l.constant(0.5));
        V low = l.lt(m, l.constant(0.70710678));
        e = l.sub(e, l.number(low));
        V z = l.select(low, l.add(l.sub(m, l.one()), m), l.sub(m, l.one()));
        return logOfSignificand(l, z, e);
    }

    /** log(2^e (1 + z)) for z in [-0.3, 0.42], with the coefficients of the generator's logarithm. */
    private static <V> V logOfSignificand(Lanes<V> l, V z, V e) {
        V z2 = l.mul(z, z);
        V y = polynomial(
                l,
                z,
                3.3333331174e-1,
                -2.4999993993e-1,
                2.0000714765e-1,
                -1.6668057665e-1,
                1.4249322787e-1,
                -1.2420140846e-1,
                1.1676998740e-1,
                -1.1514610310e-1,
                7.0376836292e-2);
        y = l.mul(l.mul(y, z), z2);
        y = l.fma(e, l.constant(-2.12194440e-4), y);
        y = l.fma(z2, l.constant(-0.5), y);
        return l.fma(e, l.constant(0.693359375), l.add(z, y));
    }

    static <V> V edgesOfLog(Lanes<V> l, V x, V result) {
        V y = l.select(l.eq(x, l.zero()), l.constant(Double.NEGATIVE_INFINITY), result);
        y = l.select(l.eq(x, l.constant(Double.POSITIVE_INFINITY)), x, y);
        return l.select(l.le(l.zero(), x), y, l.constant(Double.NaN));
    }

    /** log(1 + x). */
    public static <V> V log1p(Lanes<V> l, V x) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.log1p(l, x) : WideMath.log1p(l, x);
        }
        V u = l.add(x, l.one());
        // What the sum rounded away, relative to u, is what log(u) lacks.
        V lost = l.div(l.sub(x, l.sub(u, l.one())), u);
        V y = l.add(log(l, u), lost);
        y = l.select(
                l.lt(l.abs(x), l.constant(1e-4)),
                l.fma(l.mul(x, x), l.fma(x, l.constant(1.0 / 3), l.constant(-0.5)), x),
                y);
        y = l.select(l.eq(x, l.constant(Double.POSITIVE_INFINITY)), x, y);
        y = l.select(l.eq(x, l.constant(-1.0)), l.constant(Double.NEGATIVE_INFINITY), y);
        return l.select(l.le(l.constant(-1.0), x), y, l.constant(Double.NaN));
    }

    /** Base-2 logarithm. */
    public static <V> V log2(Lanes<V> l, V x) {
        if (wide(l)) {
            return call(l, new Function(Special.class, "log2"), x);
        }
        V small = l.lt(x, l.constant(0x1p-126));
        V y = l.select(small, l.mul(x, l.constant(0x1p24)), x);
        V e = l.add(l.exponent(y), l.select(small, l.constant(-23.0), l.one()));
        V m = l.mul(l.significand(y), l.constant(0.5));
        V low = l.lt(m, l.constant(0.70710678));
        e = l.sub(e, l.number(low));
        V z = l.select(low, l.add(l.sub(m, l.one()), m), l.sub(m, l.one()));
        V r = logOfSignificand(l, z, l.zero());
        // r * log2(e), the small part of the constant first.
        V result = l.add(l.fma(r, l.constant(1.4426950408889634), l.mul(r, l.constant(1.925963033500e-8))), e);
        return edgesOfLog(l, x, result);
    }

    /** Base-10 logarithm. */
    public static <V> V log10(Lanes<V> l, V x) {
        if (wide(l)) {
            return call(l, new Function(Math.class, "log10"), x);
        }
        V small = l.lt(x, l.constant(0x1p-126));
        V y = l.select(small, l.mul(x, l.constant(0x1p24)), x);
        V e = l.add(l.exponent(y), l.select(small, l.constant(-23.0), l.one()));
        V m = l.mul(l.significand(y), l.constant(0.5));
        V low = l.lt(m, l.constant(0.70710678));
        e = l.sub(e, l.number(low));
        V z = l.select(low, l.add(l.sub(m, l.one()), m), l.sub(m, l.one()));
        V r = logOfSignificand(l, z, l.zero());
        // r log10(e) + e log10(2), each constant in two parts
        V result = l.fma(r, l.constant(-1.0103050e-8), l.mul(e, l.constant(4.605038981e-6)));
        result = l.fma(r, l.constant(0.43429449200630188), result);
        result = l.fma(e, l.constant(0.301025390625), result);
        return edgesOfLog(l, x, result);
    }

    /** 2^x. */
    public static <V> V exp2(Lanes<V> l, V x) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.exp2(l, x) : call(l, new Function(Special.class, "exp2"), x);
        }
        // The bounds keep both powers of two in range; beyond them the result is 0 or infinity.
        V b = l.select(l.lt(x, l.constant(-152.0)), l.constant(-152.0), x);
        b = l.select(l.lt(l.constant(129.0), b), l.constant(129.0), b);
        V k = nearest(l, b, l.one());
        V r = l.sub(b, k);
        V p = polynomial(
                l,
                r,
                6.9314720620e-1,
                2.4022651331e-1,
                5.5503278602e-2,
                9.6180055085e-3,
                1.3400248827e-3,
                1.5475874545e-4);
        V half = nearest(l, k, l.constant(0.5));
        return l.mul(l.mul(l.fma(r, p, l.one()), l.pow2(half)), l.pow2(l.sub(k, half)));
    }

    /** Sine. */
    public static <V> V sin(Lanes<V> l, V x) {
        return trigonometric(l, x, true);
    }

    /** Cosine. */
    public static <V> V cos(Lanes<V> l, V x) {
        return trigonometric(l, x, false);
    }

    private static <V> V trigonometric(Lanes<V> l, V x, boolean sine) {
        if (wide(l)) {
            return l.narrow() ? DoubleMath.sinCos(l, x).get(sine ? 0 : 1) : WideMath.trigonometric(l, x, sine);
        }
        V k = l.sub(l.fma(x, l.constant(0.6366197723675814), l.constant(0x1.8p23)), l.constant(0x1.8p23));
        // Pi/2 in three parts; with single roundings the remainder is good up to some 10^5.
        V r = l.fma(k, l.constant(-1.5707962513e0), x);
        r = l.fma(k, l.constant(-7.5497894159e-8), r);
        r = l.fma(k, l.constant(-5.3903029534742384e-15), r);
        V z = l.mul(r, r);
        V c = polynomial(l, z, 4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5);
        c = l.add(l.fma(l.mul(c, z), z, l.mul(z, l.constant(-0.5))), l.one());
        V s = polynomial(l, z, -1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4);
        s = l.fma(l.mul(s, z), r, r);
        return inQuadrant(l, x, k, s, c, sine, 1e5);
    }

    /**
     * Sine or cosine of x from those of what is left of it after k quarter turns, if it isn't too far from 0 for that: k's parity
     * chooses the function, the next bit the sign.
     */
    static <V> V inQuadrant(Lanes<V> l, V x, V k, V s, V c, boolean sine, double tooFar) {
        V halves = l.mul(k, l.constant(0.5));
        V odd = l.ne(l.rint(halves), halves);
        V turned = sine ? k : l.add(k, l.one());
        V quarter = l.mul(l.floor(l.mul(turned, l.constant(0.5))), l.constant(0.5));
        V negative = l.ne(l.floor(quarter), quarter);
        V y = sine ? l.select(l.eq(x, l.zero()), x, l.select(odd, c, s)) : l.select(odd, s, c);
        y = l.select(negative, l.neg(y), y);
        V far = l.not(l.lt(l.abs(x), l.constant(tooFar)));
        return l.rare(far, y, sine ? SIN : COS, x);
    }

    /** Hyperbolic tangent. */
    public static <V> V tanh(Lanes<V> l, V x) {
        if (wide(l)) {
            return WideMath.tanh(l, x);
        }
        // (e^2a - 1) / (e^2a + 1) for a = |x|, which is 1 from 10 on.
        V a = l.abs(x);
        V t = l.select(l.gt(a, l.constant(10.0)), l.constant(20.0), l.add(a, a));
        V k = l.sub(l.fma(t, l.constant(1.4426950408889634), l.constant(0x1.8p23)), l.constant(0x1.8p23));
        V r = l.fma(k, l.constant(-0.693359375), t);
        r = l.fma(k, l.constant(2.12194440e-4), r);
        V q = polynomial(l, r, 0.5, 1.666666716e-1, 4.166634008e-2, 8.333271369e-3, 1.394205960e-3, 1.991503232e-4);
        V e = l.fma(l.mul(r, r), q, r);
        V scale = l.pow2(k);
        V less = l.fma(e, scale, l.sub(scale, l.one()));
        return l.copySign(l.div(less, l.add(less, l.constant(2.0))), x);
    }

    /** 1 / (1 + e^-x). */
    public static <V> V sigmoid(Lanes<V> l, V x) {
        V e = expOfNegative(l, l.neg(l.abs(x)));
        V y = l.div(l.one(), l.add(l.one(), e));
        return l.select(l.lt(x, l.zero()), l.mul(e, y), y);
    }

    /** log(1 + e^x). */
    public static <V> V softplus(Lanes<V> l, V x) {
        V m = l.select(l.lt(x, l.zero()), l.zero(), x);
        return l.add(m, log1pExpOfNegative(l, l.neg(l.abs(x))));
    }

    /** log(1 + e^x) for x at most 0: a polynomial of the exponential, which is at most 1. */
    public static <V> V log1pExpOfNegative(Lanes<V> l, V x) {
        V e = expOfNegative(l, x);
        if (wide(l)) {
            return log1p(l, e);
        }
        V p = polynomial(
                l,
                e,
                9.9999999529e-1,
                -4.9999902417e-1,
                3.3329962268e-1,
                -2.4954132135e-1,
                1.9675931459e-1,
                -1.5305570104e-1,
                1.0603616846e-1,
                -5.6959158827e-2,
                1.9851262488e-2,
                -3.2439808304e-3);
        return l.mul(e, p);
    }

    /** The error function. */
    public static <V> V erf(Lanes<V> l, V x) {
        if (wide(l)) {
            return call(l, ERF, x);
        }
        V t = l.abs(x);
        V s = l.mul(x, x);
        V near = l.mul(
                x,
                polynomial(
                        l,
                        s,
                        1.128379107,
                        -3.761262596e-1,
                        1.128360033e-1,
                        -2.685444430e-2,
                        5.189535208e-3,
                        -8.020841051e-4,
                        7.889119297e-5));
        // from 1 on 1 - 1 / p^8, whose rest is 0 in float32 where the polynomial's range ends
        V b = l.select(l.lt(t, l.constant(3.95)), t, l.constant(3.95));
        V p = polynomial(
                l,
                l.sub(b, l.one()),
                6.59e-8,
                4.1567491553e-1,
                2.0134081845e-1,
                5.8064064624e-2,
                1.4804650553e-2,
                5.0626728451e-3,
                -1.4878129021e-4,
                5.3423890979e-4);
        p = l.add(
                p,
                l.constant(
                        1.2601120471954346)); // the first coefficient, of which the power shows more than float32 has
        p = l.mul(p, p);
        p = l.mul(p, p);
        V far = l.copySign(l.sub(l.one(), l.div(l.one(), l.mul(p, p))), x);
        V y = l.select(l.lt(t, l.one()), near, far);
        return l.select(l.eq(x, x), y, x);
    }

    /** Arc tangent. */
    public static <V> V atan(Lanes<V> l, V x) {
        if (wide(l)) {
            return call(l, ATAN, x);
        }
        V a = l.abs(x);
        V inverted = l.gt(a, l.one());
        V r = l.select(inverted, l.div(l.one(), a), a);
        V y = atanOfUnit(l, r);
        y = l.select(inverted, l.sub(l.constant(1.5707963267948966), y), y);
        return l.copySign(y, x);
    }

    /** Arc tangent of a number from 0 to 1. */
    static <V> V atanOfUnit(Lanes<V> l, V r) {
        V s = l.mul(r, r);
        V p = polynomial(
                l,
                s,
                -3.333330154e-1,
                1.999863833e-1,
                -1.426524520e-1,
                1.095757186e-1,
                -8.419445902e-2,
                5.823431909e-2,
                -3.145546839e-2,
                1.106431521e-2,
                -1.827184693e-3);
        return l.fma(l.mul(r, s), p, r);
    }

    /** Arc sine. */
    public static <V> V asin(Lanes<V> l, V x) {
        if (wide(l)) {
            return call(l, ASIN, x);
        }
        V a = l.abs(x);
        V outer = l.gt(a, l.constant(0.5));
        V z = l.select(outer, l.mul(l.sub(l.one(), a), l.constant(0.5)), l.mul(a, a));
        V r = l.select(outer, l.sqrt(z), a);
        V p = polynomial(
                l, z, 1.666665971e-1, 7.500510663e-2, 4.451572150e-2, 3.181760758e-2, 1.440261491e-2, 3.756519035e-2);
        V y = l.fma(l.mul(r, z), p, r);
        y = l.select(outer, l.fma(y, l.constant(-2.0), l.constant(1.5707963267948966)), y);
        return l.copySign(y, x);
    }

    /** Remainder with the sign of the divisor, as {@code torch.remainder}. */
    public static <V> V remainder(Lanes<V> l, V a, V b) {
        return Division.remainder(l, a, b);
    }

    /** Remainder with the sign of the dividend, as {@code torch.fmod}. */
    public static <V> V fmod(Lanes<V> l, V a, V b) {
        return Division.fmod(l, a, b);
    }

    /** The quotient rounded down, as Python's {@code //}. */
    public static <V> V floorDivide(Lanes<V> l, V a, V b) {
        return Division.floor(l, a, b);
    }

    /** a to the power b, with the special values of C's pow; in float64 unless results are {@linkplain Lanes#narrow narrow}. */
    public static <V> V pow(Lanes<V> l, V a, V b) {
        return l.narrow() ? DoubleMath.pow(l, a, b) : WideMath.pow(l, a, b);
    }
}
