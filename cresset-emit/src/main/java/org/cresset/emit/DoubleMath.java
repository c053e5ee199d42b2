package org.cresset.emit;

import static org.cresset.emit.LaneMath.polynomial;

import java.util.List;
import org.cresset.emit.Lanes.Function;

/**
 * Elementary functions in float64 lanes for loops that keep float32 ({@link Lanes#narrow}): relative errors are some 10^-11,
 * so that results are rounded once, and need no double-float arithmetic. Polynomials were fitted for this file.
 */
final class DoubleMath {
    private static final double LOG2_E = 1.4426950408889634074;
    private static final double LN_2 = 0.69314718055994530942;

    private DoubleMath() {}

    /** {@code x} between two numbers; NaN stays. */
    static <V> V within(Lanes<V> l, double low, V x, double high) {
        V y = l.select(l.lt(x, l.constant(low)), l.constant(low), x);
        return l.select(l.lt(l.constant(high), y), l.constant(high), y);
    }

    /** e^x; beyond the range of float32 a number that is beyond it too. */
    static <V> V exp(Lanes<V> l, V x) {
        V b = within(l, -708, x, 709);
        V k = LaneMath.nearest(l, b, l.constant(LOG2_E));
        return scaled(l, l.fma(k, l.constant(-LN_2), b), k);
    }

    /** 2^x, with the same bounds. */
    static <V> V exp2(Lanes<V> l, V x) {
        V b = within(l, -1020, x, 1023);
        V k = LaneMath.nearest(l, b, l.one());
        return scaled(l, l.mul(l.sub(b, k), l.constant(LN_2)), k);
    }

    /** 2^k e^r for r up to half of log(2). */
    private static <V> V scaled(Lanes<V> l, V r, V k) {
        V p = polynomial(
                l,
                r,
                0.50000000780112952,
                0.1666666685581705,
                0.041666269697077679,
                0.0083332654174694144,
                0.0013946086497038188,
                0.00019917830083184088);
        return l.mul(l.add(l.fma(l.mul(r, r), p, r), l.one()), l.pow2(k));
    }

    /** log(x) of a positive normal number. */
    static <V> V logOfPositive(Lanes<V> l, V x) {
        return logarithm(l, x, LN_2, 1);
    }

    /** log(x). */
    static <V> V log(Lanes<V> l, V x) {
        return LaneMath.edgesOfLog(l, x, logOfPositive(l, x));
    }

    /** {@code unit} for each factor of 2 in x, and {@code scale} times the logarithm of what remains. */
    private static <V> V logarithm(Lanes<V> l, V x, double unit, double scale) {
        V m = l.significand(x);
        V high = l.lt(l.constant(1.4142135623730951), m);
        V e = l.add(l.exponent(x), l.number(high));
        m = l.select(high, l.mul(m, l.constant(0.5)), m);
        V s = l.div(l.sub(m, l.one()), l.add(m, l.one()));
        V z = l.mul(s, s);
        V p = polynomial(
                l,
                z,
                0.66666666675848996,
                0.39999995603960015,
                0.28572111208630602,
                0.22176096863798603,
                0.19585557428192646);
        V y = l.fma(l.mul(s, z), p, l.add(s, s));
        return l.fma(e, l.constant(unit), scale == 1 ? y : l.mul(y, l.constant(scale)));
    }

    /** log(1 + x). */
    static <V> V log1p(Lanes<V> l, V x) {
        V u = l.add(l.one(), x);
        V lost = l.div(l.sub(x, l.sub(u, l.one())), u);
        V y = l.select(l.eq(u, l.one()), x, l.add(logOfPositive(l, u), lost));
        return LaneMath.edgesOfLog(l, u, y);
    }

    /** Sine and cosine. */
    static <V> List<V> sinCos(Lanes<V> l, V x) {
        V k = l.sub(l.fma(x, l.constant(0.63661977236758134308), l.constant(0x1.8p52)), l.constant(0x1.8p52));
        V r = l.fma(k, l.constant(-1.5707963267948966), x);
        r = l.fma(k, l.constant(-6.123233995736766e-17), r);
        V s = sinOfReduced(l, r);
        V c = cosOfReduced(l, r);
        V halves = l.mul(k, l.constant(0.5));
        V whole = l.floor(halves);
        V odd = l.ne(whole, halves);
        V quarters = l.mul(whole, l.constant(0.5));
        V turned = l.ne(l.floor(quarters), quarters);
        V minus = l.constant(-0.0);
        V sin = l.select(l.eq(x, l.zero()), x, l.select(odd, c, s));
        V cos = l.select(odd, s, c);
        sin = l.xor(sin, l.select(turned, minus, l.zero()));
        // the cosine is negative in the second and third quarter: where just one of both holds
        V either = l.both(l.either(odd, turned), l.not(l.both(odd, turned)));
        cos = l.xor(cos, l.select(either, minus, l.zero()));
        V far = l.not(l.lt(l.abs(x), l.constant(1e9)));
        return List.of(
                l.rare(far, sin, new Function(Math.class, "sin"), x),
                l.rare(far, cos, new Function(Math.class, "cos"), x));
    }

    private static <V> V sinOfReduced(Lanes<V> l, V r) {
        V z = l.mul(r, r);
        V p = polynomial(
                l,
                z,
                -0.16666666666631438,
                0.0083333333252431311,
                -0.00019841263807060977,
                2.7555354339449332e-06,
                -2.4761402617692313e-08);
        return l.fma(l.mul(r, z), p, r);
    }

    private static <V> V cosOfReduced(Lanes<V> l, V r) {
        V z = l.mul(r, r);
        V p = polynomial(
                l,
                z,
                0.041666666666601543,
                -0.0013888888878188098,
                2.4801580934710664e-05,
                -2.7555560506337236e-07,
                2.0647315791964161e-09);
        return l.fma(l.mul(z, z), p, l.fma(z, l.constant(-0.5), l.one()));
    }

    /** Magnitude of the sine of pi times x, and the cosine, whose sign is right for x up to 1/2. */
    static <V> List<V> ofHalfTurns(Lanes<V> l, V x) {
        V r = l.sub(x, l.rint(x));
        V a = l.abs(r);
        V far = l.lt(l.constant(0.25), a);
        V t = l.mul(l.select(far, l.sub(l.constant(0.5), a), a), l.constant(Math.PI));
        V s = sinOfReduced(l, t);
        V c = cosOfReduced(l, t);
        return List.of(l.select(far, c, s), l.select(far, s, c));
    }

    /** a to the power b, with the special values of C's pow. */
    static <V> V pow(Lanes<V> l, V a, V b) {
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V m = l.abs(a);
        V log = logarithm(l, m, 1, LOG2_E);
        log = l.select(l.eq(m, l.zero()), l.constant(Double.NEGATIVE_INFINITY), log);
        log = l.select(l.lt(m, infinity), log, m);
        V y = exp2(l, l.mul(b, log));
        return edgesOfPow(l, a, b, m, y);
    }

    /** a to the power b with C's special values, where m is |a| and y m to the power b. */
    static <V> V edgesOfPow(Lanes<V> l, V a, V b, V m, V power) {
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V y = power;
        V whole = l.eq(l.floor(b), b);
        V halves = l.mul(b, l.constant(0.5));
        V odd = l.both(whole, l.ne(l.floor(halves), halves));
        V below = l.both(l.lt(a, l.zero()), l.lt(m, infinity));
        y = l.select(l.both(below, l.not(whole)), l.constant(Double.NaN), y);
        y = l.or(y, l.select(odd, l.and(a, l.constant(-0.0)), l.zero()));
        V one = l.either(l.eq(b, l.zero()), l.eq(a, l.one()));
        V turns = l.both(l.eq(m, l.one()), l.eq(l.abs(b), infinity)); // 1 or -1 to an infinite power
        return l.select(l.either(one, turns), l.one(), y);
    }
}
