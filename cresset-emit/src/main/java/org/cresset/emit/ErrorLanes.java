package org.cresset.emit;

import static org.cresset.emit.LaneMath.call;
import static org.cresset.emit.LaneMath.polynomial;

import org.cresset.emit.Lanes.Function;

/** The error function's family and the normal distribution's functions as lane bodies; in float64 they are calls. */
public final class ErrorLanes {
    private static final double SQRT_HALF = 0.70710678118654752440;

    private ErrorLanes() {}

    private static <V> boolean calls(Lanes<V> l) {
        return l.type() == LaneType.F64 && !l.narrow();
    }

    private static <V> V called(Lanes<V> l, String name, V x) {
        return call(l, new Function(ErrorFunctions.class, name), x);
    }

    /** e^(a^2) erfc(a) for a from 0.7 to 10: t = 1 / (1 + 0.4 a) times a polynomial in t - 1/2. */
    private static <V> V scaled(Lanes<V> l, V a) {
        V d = l.fma(a, l.constant(0.4), l.one());
        V t = l.div(l.one(), d);
        // what the sum and the quotient lost, relative to t, to which the result is sensitive about twice
        V lost = l.fma(l.neg(t), l.fma(a, l.constant(0.4), l.sub(l.one(), d)), l.fma(l.neg(d), t, l.one()));
        V p = polynomial(
                l,
                l.sub(t, l.constant(0.5)),
                4.2161272790e-1,
                6.4372149126e-1,
                7.2626273526e-1,
                5.4800157931e-1,
                1.8149850589e-1,
                -1.0733098372e-1,
                -1.2280250551e-1,
                2.0680978760e-2,
                6.3605468839e-2);
        return l.mul(t, l.fma(l.add(lost, lost), p, p));
    }

    /** erf(x) / x for s = x^2 up to 1. */
    private static <V> V nearZero(Lanes<V> l, V s) {
        return polynomial(
                l,
                s,
                1.128379107,
                -3.761262596e-1,
                1.128360033e-1,
                -2.685444430e-2,
                5.189535208e-3,
                -8.020841051e-4,
                7.889119297e-5);
    }

    /** 1 - erf(x). */
    public static <V> V erfc(Lanes<V> l, V x) {
        if (calls(l)) {
            return called(l, "erfc", x);
        }
        V a = l.abs(x);
        V s = l.mul(x, x);
        V near = nearZero(l, s);
        V bounded = l.select(l.lt(l.constant(10.1), a), l.constant(10.1), a);
        V square = l.mul(bounded, bounded);
        V lost = l.fma(bounded, bounded, l.neg(square)); // what rounding took from it
        V q = scaled(l, bounded);
        V far = l.mul(LaneMath.exp(l, l.neg(square)), l.fma(q, l.neg(lost), q));
        far = l.select(l.lt(l.constant(10.06), a), l.zero(), far);
        far = l.select(l.lt(x, l.zero()), l.sub(l.constant(2.0), far), far);
        V y = l.select(l.lt(a, l.constant(0.75)), l.fma(l.neg(x), near, l.one()), far);
        return l.select(l.eq(x, x), y, x);
    }

    /** erfinv(x) / x from w = -log(1 - x^2), up to a w of 104. */
    private static <V> V inverse(Lanes<V> l, V w) {
        return l.choose(
                l.lt(w, l.constant(5.0)),
                () -> polynomial(
                        l,
                        l.sub(w, l.constant(2.5)),
                        1.5014093593,
                        2.4664028615e-1,
                        -4.1773867811e-3,
                        -1.2527418784e-3,
                        2.1834443943e-4,
                        -4.9633478562e-6,
                        -3.4627047590e-6,
                        4.6617066429e-7,
                        2.3232644326e-8,
                        -8.7910564990e-9),
                () -> polynomial(
                        l,
                        l.sub(l.sqrt(w), l.constant(3.0)),
                        2.8329767981,
                        1.0016750202,
                        9.4454964323e-3,
                        -7.6382009622e-3,
                        5.6850415067e-3,
                        -3.5930111547e-3,
                        1.4904108627e-3,
                        -6.5116219667e-5,
                        -3.1399731133e-4,
                        1.2132587806e-4));
    }

    /** The same for a w from 16 on. */
    private static <V> V inverseOfTail(Lanes<V> l, V w) {
        V u = l.sub(l.sqrt(w), l.constant(6.0));
        return polynomial(
                l,
                u,
                5.8599130889,
                1.0096052114,
                -4.7250326106e-4,
                -4.3117783587e-5,
                2.1281673316e-5,
                -5.2044309238e-6,
                1.1758207190e-6,
                -2.5596823588e-7,
                3.8325498999e-8,
                -2.5099668249e-9);
    }

    /** The inverse of the error function. */
    public static <V> V erfinv(Lanes<V> l, V x) {
        if (calls(l)) {
            return called(l, "erfinv", x);
        }
        V a = l.abs(x);
        V rest = l.mul(l.sub(l.one(), a), l.add(l.one(), a));
        V y = l.mul(x, inverse(l, l.neg(LaneMath.logOfNormal(l, rest, l.one()))));
        y = l.select(l.eq(a, l.one()), l.copySign(l.constant(Double.POSITIVE_INFINITY), x), y);
        return l.select(l.lt(l.one(), a), l.constant(Double.NaN), y);
    }

    /** The quantile of the standard normal distribution. */
    public static <V> V ndtri(Lanes<V> l, V p) {
        if (calls(l)) {
            return called(l, "ndtri", p);
        }
        V q = l.sub(l.one(), p);
        V w = l.neg(LaneMath.log(l, l.mul(l.mul(p, l.constant(4.0)), q)));
        V x = l.mul(l.sub(p, l.constant(0.5)), l.constant(2.8284271247461903));
        V y = l.mul(x, l.choose(l.lt(l.constant(16.0), w), () -> inverseOfTail(l, w), () -> inverse(l, w)));
        y = l.select(l.eq(p, l.zero()), l.constant(Double.NEGATIVE_INFINITY), y);
        y = l.select(l.eq(p, l.one()), l.constant(Double.POSITIVE_INFINITY), y);
        V outside = l.either(l.lt(p, l.zero()), l.lt(l.one(), p));
        return l.select(outside, l.constant(Double.NaN), y);
    }

    /** e^(x^2) erfc(x) for x from 0 on. */
    private static <V> V erfcxOfPositive(Lanes<V> l, V a) {
        V b = l.select(l.lt(l.constant(1e300), a), l.constant(1e300), a);
        V t = l.div(l.sub(b, l.constant(3.75)), l.add(b, l.constant(3.75)));
        V y = Chebyshev.lanes(l, ErrorFunctions.ERFCX, t);
        return l.div(y, l.fma(b, l.constant(2.0), l.one()));
    }

    /** e^(x^2) erfc(x). */
    public static <V> V erfcx(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "erfcx", x);
        }
        V upper = erfcxOfPositive(l, l.abs(x));
        V square = l.mul(x, x); // of float32: exact
        V lower = l.sub(l.mul(DoubleMath.exp(l, square), l.constant(2.0)), upper);
        return l.select(l.lt(x, l.zero()), lower, upper);
    }

    /** The standard normal distribution function. */
    public static <V> V ndtr(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "ndtr", x);
        }
        V s = l.mul(l.mul(x, x), l.constant(0.5));
        V a = l.mul(l.abs(x), l.constant(SQRT_HALF));
        V y = l.choose(
                l.lt(a, l.constant(0.75)),
                () -> l.fma(l.mul(x, l.constant(0.5 * SQRT_HALF)), nearZero(l, s), l.constant(0.5)),
                () -> {
                    V b = l.select(l.lt(l.constant(10.1), a), l.constant(10.1), a);
                    V half = l.mul(l.mul(DoubleMath.exp(l, l.neg(s)), l.constant(0.5)), scaled(l, b));
                    return l.select(l.lt(x, l.zero()), half, l.sub(l.one(), half));
                });
        return l.select(l.eq(x, x), y, x);
    }

    /** The logarithm of the standard normal distribution function. */
    public static <V> V logNdtr(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "logNdtr", x);
        }
        V a = l.mul(l.abs(x), l.constant(SQRT_HALF));
        V scaled = l.mul(erfcxOfPositive(l, a), l.constant(0.5));
        V exponent = l.mul(l.mul(x, x), l.constant(-0.5));
        V half = l.mul(DoubleMath.exp(l, exponent), scaled);
        V below = l.lt(x, l.constant(-1.0));
        // -1 is far enough from the left for the logarithm of the tail, and on its right the rest is not near 0
        V log = l.add(DoubleMath.logOfPositive(l, scaled), exponent);
        V rest = DoubleMath.log1p(l, l.select(l.lt(x, l.zero()), l.sub(half, l.one()), l.neg(half)));
        return l.select(below, log, rest);
    }
}
