package org.cresset.emit;

import static org.cresset.emit.LaneMath.polynomial;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Elementary functions in float64 lanes to within about one unit in the last place. Ranges are reduced with constants in two or three
 * parts, of which the first has so few digits that products with it are exact; on what is left, power series are cut off where
 * the rest is lost in rounding.
 */
final class WideMath {
    private static final double LOG2_E = 1.4426950408889634;

    /** log(2), the first part with 32 digits. */
    private static final double LN_2 = 0.6931471803691238;

    private static final double LN_2_REST = 1.9082149292705877e-10;

    private static final double TWO_THIRDS = 2.0 / 3;
    private static final double TWO_THIRDS_REST = 3.700743415417188e-17;

    private static final double SQRT_HALF = 0.70710678118654752;

    /** Pi / 2 in parts of 33, 33 and 53 digits. */
    private static final double QUARTER_TURN = 1.5707963267341256;

    private static final double QUARTER_TURN_2 = 6.077100506303966e-11;
    private static final double QUARTER_TURN_3 = 2.0222662487959506e-21;

    /** 1/2!, 1/3!, ... of the series of (e^r - 1 - r) / r^2; r is at most log(2) / 2. */
    private static final Double[] EXP = new Double[12];

    /** 2/3, 2/5, ... of log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + ...; s is at most 0.172. Powers need them all, others nine. */
    private static final Double[] LOG = new Double[12];

    /** -1/3!, 1/5!, ... and 1/4!, -1/6!, ... of sine and cosine up to pi / 4. */
    private static final Double[] SIN = new Double[8];

    private static final Double[] COS = new Double[7];

    static {
        double factorial = 1;
        for (int n = 2; n <= 18; n++) {
            factorial *= n;
            double term = (n / 2 % 2 == 0 ? 1 : -1) / factorial;
            if (n - 2 < EXP.length) {
                EXP[n - 2] = 1 / factorial;
            }
            if (n % 2 == 1) {
                SIN[(n - 3) / 2] = term;
            } else if (n >= 4 && (n - 4) / 2 < COS.length) {
                COS[(n - 4) / 2] = term;
            }
        }
        for (int i = 0; i < LOG.length; i++) {
            LOG[i] = 2.0 / (2 * i + 3);
        }
    }

    private WideMath() {}

    /** e^r - 1, where x = k log(2) + r, as r and what is to be added to it. */
    private static <V> Pair<V> expm1OfReduced(Lanes<V> l, V x, V k) {
        V first = l.fma(k, l.constant(-LN_2), x);
        V r = l.fma(k, l.constant(-LN_2_REST), first);
        V rest = l.fma(k, l.constant(-LN_2_REST), l.sub(first, r));
        return new Pair<>(r, l.fma(l.mul(r, r), polynomial(l, r, EXP), rest));
    }

    /** e^x. */
    static <V> V exp(Lanes<V> l, V x) {
        return exp(l, x, null);
    }

    /** e^(x + rest), where the rest, if there is one, is small. */
    private static <V> V exp(Lanes<V> l, V x, @Nullable V rest) {
        V b = DoubleMath.within(l, -746, x, 710);
        V k = LaneMath.nearest(l, b, l.constant(LOG2_E));
        Pair<V> e = expm1OfReduced(l, b, k);
        Pair<V> sum = Pair.sum(l, l.one(), e.high);
        V low = rest == null ? e.low : l.fma(l.add(sum.high, e.low), rest, e.low);
        V y = l.add(sum.high, l.add(sum.low, low));
        V half = LaneMath.nearest(l, k, l.constant(0.5)); // 2^k itself may be out of range
        y = l.mul(l.mul(y, l.pow2(half)), l.pow2(l.sub(k, half)));
        return l.select(l.eq(x, x), y, x);
    }

    /** e^x - 1. */
    static <V> V expm1(Lanes<V> l, V x) {
        V b = DoubleMath.within(l, -40, x, 710);
        V k = LaneMath.nearest(l, b, l.constant(LOG2_E));
        Pair<V> parts = expm1OfReduced(l, b, k);
        V e = l.add(parts.high, parts.low);
        V scale = l.pow2(l.sub(k, l.one()));
        V y = l.mul(l.fma(e, scale, l.sub(scale, l.constant(0.5))), l.constant(2.0));
        y = l.select(l.eq(k, l.zero()), e, y);
        y = l.select(l.eq(x, l.zero()), x, y);
        return l.select(l.eq(x, x), y, x);
    }

    /** Hyperbolic tangent: (e^2a - 1) / (e^2a + 1) for a = |x|, which is 1 from 20 on. */
    static <V> V tanh(Lanes<V> l, V x) {
        V a = l.abs(x);
        V e = expm1(l, l.select(l.gt(a, l.constant(20.0)), l.constant(40.0), l.add(a, a)));
        return l.copySign(l.div(e, l.add(e, l.constant(2.0))), x);
    }

    /** log(x). */
    static <V> V log(Lanes<V> l, V x) {
        return LaneMath.edgesOfLog(l, x, logarithm(l, x, l.zero()));
    }

    /** log(1 + x). */
    static <V> V log1p(Lanes<V> l, V x) {
        V u = l.add(l.one(), x);
        V lost = l.div(l.sub(x, l.sub(u, l.one())), u); // what the sum rounded away
        V y = LaneMath.edgesOfLog(l, u, logarithm(l, u, lost));
        return l.select(l.eq(x, l.zero()), x, y);
    }

    /** A positive number as 2^exponent (1 + fraction), with the fraction from -0.3 to 0.42. */
    private record Scientific<V>(V exponent, V fraction) {
        static <V> Scientific<V> of(Lanes<V> l, V x) {
            V small = l.lt(x, l.constant(0x1p-1022));
            V y = l.select(small, l.mul(x, l.constant(0x1p54)), x);
            V e = l.add(l.exponent(y), l.select(small, l.constant(-53.0), l.one()));
            V m = l.mul(l.significand(y), l.constant(0.5));
            V low = l.lt(m, l.constant(SQRT_HALF));
            e = l.sub(e, l.number(low));
            V f = l.select(low, l.add(l.sub(m, l.one()), m), l.sub(m, l.one()));
            return new Scientific<>(e, f);
        }
    }

    /** log(x) + rest of a positive number, where the rest is small. */
    private static <V> V logarithm(Lanes<V> l, V x, V rest) {
        Scientific<V> parts = Scientific.of(l, x);
        V e = parts.exponent;
        V f = parts.fraction;
        V s = l.div(f, l.add(f, l.constant(2.0)));
        V z = l.mul(s, s);
        V p = l.mul(z, polynomial(l, z, Arrays.copyOf(LOG, 9)));
        // log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + p): so f itself is not rounded.
        V half = l.mul(l.mul(f, f), l.constant(0.5));
        V right = l.fma(s, l.add(half, p), l.fma(e, l.constant(LN_2_REST), rest));
        return l.fma(e, l.constant(LN_2), l.sub(f, l.sub(half, right)));
    }

    /** Sine or cosine. */
    static <V> V trigonometric(Lanes<V> l, V x, boolean sine) {
        V k = LaneMath.nearest(l, x, l.constant(0.63661977236758138));
        V first = l.fma(k, l.constant(-QUARTER_TURN), x);
        V r = l.fma(k, l.constant(-QUARTER_TURN_2), first);
        V rest = l.fma(k, l.constant(-QUARTER_TURN_2), l.sub(first, r));
        rest = l.fma(k, l.constant(-QUARTER_TURN_3), rest);
        V z = l.mul(r, r);
        V half = l.mul(z, l.constant(0.5));
        V near = l.sub(l.one(), half);
        V s = l.add(r, l.fma(l.mul(r, z), polynomial(l, z, SIN), l.mul(rest, near)));
        V low = l.sub(l.sub(l.one(), near), half); // what was rounded away of 1 - z / 2
        V c = l.add(near, l.add(low, l.fma(l.mul(z, z), polynomial(l, z, COS), l.neg(l.mul(r, rest)))));
        return LaneMath.inQuadrant(l, x, k, s, c, sine, 1e6); // of more turns products with the first part aren't exact
    }

    /** A number as the sum of two, the second of which is what the first lacks. */
    private record Pair<V>(V high, V low) {
        /** The product of two numbers, exactly. */
        static <V> Pair<V> product(Lanes<V> l, V a, V b) {
            V p = l.mul(a, b);
            return new Pair<>(p, l.fma(a, b, l.neg(p)));
        }

        /** The sum of two numbers, exactly, if the first is not the smaller one, or 0. */
        static <V> Pair<V> sum(Lanes<V> l, V a, V b) {
            V s = l.add(a, b);
            return new Pair<>(s, l.add(l.sub(a, s), b));
        }

        Pair<V> more(Lanes<V> l, V low) {
            return new Pair<>(high, l.add(this.low, low));
        }

        Pair<V> times(Lanes<V> l, Pair<V> o) {
            return product(l, high, o.high).more(l, l.fma(high, o.low, l.mul(low, o.high)));
        }
    }

    /** log(x) of a positive number to some 2^-65 of it: powers multiply its error by up to 1000. */
    private static <V> Pair<V> preciseLogarithm(Lanes<V> l, V x) {
        Scientific<V> parts = Scientific.of(l, x);
        V e = parts.exponent;
        V f = parts.fraction;
        // s = f / (2 + f), and log(1 + f) = s (2 + z (2/3 + z (2/5 + ...))) with z = s^2
        Pair<V> d = Pair.sum(l, l.constant(2.0), f);
        V quotient = l.div(f, d.high);
        V left = l.fma(l.neg(quotient), d.low, l.fma(l.neg(quotient), d.high, f));
        Pair<V> s = new Pair<>(quotient, l.div(left, d.high));
        Pair<V> z = s.times(l, s);
        V rest = l.mul(z.high, polynomial(l, z.high, Arrays.copyOfRange(LOG, 1, LOG.length)));
        Pair<V> third = Pair.sum(l, l.constant(TWO_THIRDS), rest).more(l, l.constant(TWO_THIRDS_REST));
        Pair<V> w = z.times(l, third);
        Pair<V> log = s.times(l, Pair.sum(l, l.constant(2.0), w.high).more(l, w.low));
        Pair<V> all =
                Pair.sum(l, l.mul(e, l.constant(LN_2)), log.high).more(l, l.fma(e, l.constant(LN_2_REST), log.low));
        return Pair.sum(l, all.high, all.low);
    }

    /** a to the power b, with the special values of C's pow. */
    static <V> V pow(Lanes<V> l, V a, V b) {
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V m = l.abs(a);
        V usual = l.both(l.lt(l.zero(), m), l.lt(m, infinity));
        Pair<V> log = preciseLogarithm(l, l.select(usual, m, l.one()));
        V high = l.select(l.eq(m, l.zero()), l.constant(Double.NEGATIVE_INFINITY), l.select(usual, log.high, m));
        Pair<V> exponent = Pair.product(l, b, high);
        V low = l.fma(b, log.low, exponent.low);
        // Where it is out of range only the first part counts.
        V inRange = l.both(usual, l.lt(l.abs(exponent.high), l.constant(1000.0)));
        V y = exp(l, exponent.high, l.select(inRange, low, l.zero()));
        return DoubleMath.edgesOfPow(l, a, b, m, y);
    }
}
