package org.cresset.emit;

import java.util.List;

/**
 * Functions of complex64 numbers as lane bodies: real and imaginary part of each operand give those of the result. Sums,
 * products and what moves signs compute in the loop's type; all others want float64, in which no square of a float32
 * overflows, so that quotients and magnitudes need no scaling.
 */
public final class ComplexBodies {
    private ComplexBodies() {}

    /** a + b. */
    public static <V> List<V> add(Lanes<V> l, List<V> z) {
        return List.of(l.add(z.get(0), z.get(2)), l.add(z.get(1), z.get(3)));
    }

    /** a - b. */
    public static <V> List<V> sub(Lanes<V> l, List<V> z) {
        return List.of(l.sub(z.get(0), z.get(2)), l.sub(z.get(1), z.get(3)));
    }

    /** a b. */
    public static <V> List<V> mul(Lanes<V> l, List<V> z) {
        return mul(l, z.get(0), z.get(1), z.get(2), z.get(3));
    }

    private static <V> List<V> mul(Lanes<V> l, V a, V b, V c, V d) {
        return List.of(l.sub(l.mul(a, c), l.mul(b, d)), l.add(l.mul(a, d), l.mul(b, c)));
    }

    /** -z. */
    public static <V> List<V> neg(Lanes<V> l, List<V> z) {
        return List.of(l.neg(z.get(0)), l.neg(z.get(1)));
    }

    /** The complex conjugate. */
    public static <V> List<V> conj(Lanes<V> l, List<V> z) {
        return List.of(z.get(0), l.neg(z.get(1)));
    }

    /** a / b. */
    public static <V> List<V> div(Lanes<V> l, List<V> z) {
        return div(l, z.get(0), z.get(1), z.get(2), z.get(3));
    }

    private static <V> List<V> div(Lanes<V> l, V a, V b, V c, V d) {
        V s = l.fma(c, c, l.mul(d, d));
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V infinite = l.eq(s, infinity);
        V zero = l.eq(s, l.zero());
        // by an infinite number: only its direction counts; by 0: part by part
        V x = l.select(infinite, direction(l, c, infinity), c);
        V y = l.select(infinite, direction(l, d, infinity), d);
        V re = l.select(zero, a, l.fma(a, x, l.mul(b, y)));
        V im = l.select(zero, b, l.fma(b, x, l.neg(l.mul(a, y))));
        return List.of(l.div(re, s), l.div(im, s));
    }

    private static <V> V direction(Lanes<V> l, V x, V infinity) {
        return l.copySign(l.number(l.eq(l.abs(x), infinity)), x);
    }

    /** 1 / z. */
    public static <V> List<V> reciprocal(Lanes<V> l, List<V> z) {
        return div(l, l.one(), l.zero(), z.get(0), z.get(1));
    }

    /** Magnitude, one real value. */
    public static <V> List<V> abs(Lanes<V> l, List<V> z) {
        return List.of(Trigonometry.hypot(l, z.get(0), z.get(1)));
    }

    /** e^z. */
    public static <V> List<V> exp(Lanes<V> l, List<V> z) {
        return exp(l, z.get(0), z.get(1));
    }

    private static <V> List<V> exp(Lanes<V> l, V x, V y) {
        V r = DoubleMath.exp(l, x);
        List<V> sc = DoubleMath.sinCos(l, y);
        V im = l.select(l.eq(y, l.zero()), y, l.mul(r, sc.get(0)));
        return List.of(l.mul(r, sc.get(1)), im);
    }

    /** log(z). */
    public static <V> List<V> log(Lanes<V> l, List<V> z) {
        V x = z.get(0);
        V y = z.get(1);
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V square = l.fma(x, x, l.mul(y, y));
        V unbounded = l.either(l.eq(l.abs(x), infinity), l.eq(l.abs(y), infinity));
        V re = l.mul(DoubleMath.log(l, l.select(unbounded, infinity, square)), l.constant(0.5));
        return List.of(re, Trigonometry.atan2(l, y, x));
    }

    private static <V> List<V> times(Lanes<V> l, List<V> z, double factor) {
        V f = l.constant(factor);
        return List.of(l.mul(z.get(0), f), l.mul(z.get(1), f));
    }

    /** Base-2 logarithm. */
    public static <V> List<V> log2(Lanes<V> l, List<V> z) {
        return times(l, log(l, z), 1.4426950408889634074);
    }

    /** Base-10 logarithm. */
    public static <V> List<V> log10(Lanes<V> l, List<V> z) {
        return times(l, log(l, z), 0.43429448190325182765);
    }

    /** The root with a real part that isn't negative. */
    public static <V> List<V> sqrt(Lanes<V> l, List<V> z) {
        V x = z.get(0);
        V y = z.get(1);
        V m = Trigonometry.hypot(l, x, y);
        V t = l.sqrt(l.mul(l.add(m, l.abs(x)), l.constant(0.5)));
        V other = l.div(l.abs(y), l.add(t, t));
        other = l.select(l.eq(t, l.zero()), l.abs(y), other);
        V left = l.lt(x, l.zero());
        return List.of(l.select(left, other, t), l.copySign(l.select(left, t, other), y));
    }

    /** Sine. */
    public static <V> List<V> sin(Lanes<V> l, List<V> z) {
        List<V> sc = DoubleMath.sinCos(l, z.get(0));
        return List.of(l.mul(sc.get(0), Hyperbolic.cosh(l, z.get(1))), l.mul(sc.get(1), Hyperbolic.sinh(l, z.get(1))));
    }

    /** Cosine. */
    public static <V> List<V> cos(Lanes<V> l, List<V> z) {
        List<V> sc = DoubleMath.sinCos(l, z.get(0));
        return List.of(
                l.mul(sc.get(1), Hyperbolic.cosh(l, z.get(1))), l.neg(l.mul(sc.get(0), Hyperbolic.sinh(l, z.get(1)))));
    }

    /** Hyperbolic sine. */
    public static <V> List<V> sinh(Lanes<V> l, List<V> z) {
        List<V> sc = DoubleMath.sinCos(l, z.get(1));
        return List.of(l.mul(Hyperbolic.sinh(l, z.get(0)), sc.get(1)), l.mul(Hyperbolic.cosh(l, z.get(0)), sc.get(0)));
    }

    /** Hyperbolic cosine. */
    public static <V> List<V> cosh(Lanes<V> l, List<V> z) {
        List<V> sc = DoubleMath.sinCos(l, z.get(1));
        return List.of(l.mul(Hyperbolic.cosh(l, z.get(0)), sc.get(1)), l.mul(Hyperbolic.sinh(l, z.get(0)), sc.get(0)));
    }

    /** Hyperbolic tangent. */
    public static <V> List<V> tanh(Lanes<V> l, List<V> z) {
        return tanh(l, z.get(0), z.get(1));
    }

    private static <V> List<V> tanh(Lanes<V> l, V x, V y) {
        // from 50 on the real part is 1, and the imaginary one less than float32 holds
        V b = l.select(l.lt(x, l.constant(-50.0)), l.constant(-50.0), x);
        b = l.select(l.lt(l.constant(50.0), b), l.constant(50.0), b);
        V s = Hyperbolic.sinh(l, b);
        List<V> sc = DoubleMath.sinCos(l, y);
        V sin = sc.get(0);
        V cos = sc.get(1);
        V rest = l.fma(s, s, l.mul(cos, cos));
        return List.of(l.div(l.mul(s, Hyperbolic.cosh(l, b)), rest), l.div(l.mul(sin, cos), rest));
    }

    /** Tangent. */
    public static <V> List<V> tan(Lanes<V> l, List<V> z) {
        List<V> t = tanh(l, l.neg(z.get(1)), z.get(0));
        return List.of(t.get(1), l.neg(t.get(0)));
    }

    /** 1 / (1 + e^-z). */
    public static <V> List<V> sigmoid(Lanes<V> l, List<V> z) {
        V x = l.neg(z.get(0));
        List<V> e = exp(l, l.select(l.lt(l.constant(300.0), x), l.constant(300.0), x), l.neg(z.get(1)));
        return div(l, l.one(), l.zero(), l.add(e.get(0), l.one()), e.get(1));
    }

    /** a to the power b. */
    public static <V> List<V> pow(Lanes<V> l, List<V> z) {
        List<V> log = log(l, z);
        V c = z.get(2);
        V d = z.get(3);
        List<V> w = mul(l, log.get(0), log.get(1), c, d);
        List<V> y = exp(l, w.get(0), w.get(1));
        V fromZero = l.both(l.eq(z.get(0), l.zero()), l.eq(z.get(1), l.zero()));
        V toZero = l.both(l.eq(c, l.zero()), l.eq(d, l.zero()));
        V ofZero = l.select(l.lt(l.zero(), c), l.zero(), l.constant(Double.POSITIVE_INFINITY));
        V re = l.select(toZero, l.one(), l.select(fromZero, ofZero, y.get(0)));
        return List.of(re, l.select(l.either(toZero, fromZero), l.zero(), y.get(1)));
    }

    /** Whether a and b are equal. */
    public static <V> List<V> eq(Lanes<V> l, List<V> z) {
        return List.of(l.both(l.eq(z.get(0), z.get(2)), l.eq(z.get(1), z.get(3))));
    }

    /** Whether they are not. */
    public static <V> List<V> ne(Lanes<V> l, List<V> z) {
        return List.of(l.not(eq(l, z).getFirst()));
    }

    /** The second operand where the first, which is real, isn't 0, else the third. */
    public static <V> List<V> where(Lanes<V> l, List<V> z) {
        V first = l.ne(z.get(0), l.zero());
        return List.of(l.select(first, z.get(1), z.get(3)), l.select(first, z.get(2), z.get(4)));
    }
}
