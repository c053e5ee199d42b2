package org.cresset.emit;

import static org.cresset.emit.LaneMath.call;
import static org.cresset.emit.LaneMath.polynomial;

import java.util.List;
import org.cresset.emit.Lanes.Function;

/**
 * The gamma function's family and zeta as lane bodies in float64 under float32; elsewhere they are calls. Recurrences become
 * fixed numbers of steps, whose quotients are brought to one.
 */
public final class GammaLanes {
    /** Terms of zeta that are summed one by one: as many as keep its loops short enough for the JIT compiler. */
    private static final int TERMS = 4;

    private static final Function ZETA = new Function(Special.class, "zeta");

    private GammaLanes() {}

    private static <V> V called(Lanes<V> l, String name, V x) {
        return call(l, new Function(Special.class, name), x);
    }

    /** The same from 1 to 2.5: its zeros 1 and 2 are divided out. */
    private static <V> V nearZeros(Lanes<V> l, V v) {
        V p = polynomial(
                l,
                l.sub(v, l.constant(1.75)),
                0.45013930973682992,
                -0.11948166554454133,
                0.044520700229853848,
                -0.019051207092473457,
                0.0087719023393892682,
                -0.0042527841178102658,
                0.0021246586212768227,
                -0.00095763717635424361,
                0.00045963754930223298,
                -0.00044928372573418718,
                0.00025864452233878826);
        return l.mul(l.mul(l.sub(v, l.one()), l.sub(v, l.constant(2.0))), p);
    }

    /** The logarithm of the magnitude of gamma. */
    public static <V> V lgamma(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "lgamma", x);
        }
        V a = l.abs(x);
        V tiny = l.lt(a, l.one());
        V small = l.lt(a, l.constant(2.5));
        V middle = l.lt(a, l.constant(5.0));
        V steps = l.mul(l.mul(a, l.add(a, l.one())), l.add(a, l.constant(2.0)));
        V core = l.choose(small, () -> nearZeros(l, l.select(tiny, l.add(a, l.one()), a)), () -> {
            // Stirling's series from 5 on, to which three steps lead from 2.5
            V y = l.select(middle, l.add(a, l.constant(3.0)), a);
            V r = l.div(l.one(), y);
            V tail = polynomial(
                    l,
                    l.mul(r, r),
                    0.083333333319648387,
                    -0.002777766605258393,
                    0.00079221947837881045,
                    -0.00053548721680936979);
            V far = l.fma(tail, r, l.sub(l.constant(0.91893853320467274178), y));
            return l.fma(l.sub(y, l.constant(0.5)), DoubleMath.logOfPositive(l, y), far);
        });
        core = l.add(core, l.zero()); // 0 and not -0 at 1 and 2
        V quotient = l.select(small, l.select(tiny, a, l.one()), l.select(middle, steps, l.one()));
        // gamma(x) gamma(-x) = -pi / (x sin(pi x))
        V below = l.lt(x, l.zero());
        V q = l.choose(
                below,
                () -> l.div(
                        l.mul(quotient, l.constant(Math.PI)),
                        l.mul(a, DoubleMath.ofHalfTurns(l, a).get(0))),
                () -> quotient);
        V log = DoubleMath.log(l, q);
        V result = l.select(below, l.sub(log, core), l.sub(core, log));
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        V pole = l.either(l.eq(a, infinity), l.eq(a, l.zero()));
        return l.select(pole, infinity, result);
    }

    /** The logarithmic derivative of gamma. */
    public static <V> V digamma(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "digamma", x);
        }
        V below = l.lt(x, l.zero());
        V a = l.select(below, l.sub(l.one(), x), x);
        V small = l.lt(a, l.constant(6.0));
        // the sum of 1 / (a + i) for i up to 5, as one quotient
        V n = l.one();
        V d = a;
        for (int i = 1; i < 6; i++) {
            V t = l.add(a, l.constant((double) i));
            n = l.fma(n, t, d);
            d = l.mul(d, t);
        }
        V y = l.select(small, l.add(a, l.constant(6.0)), a);
        V sum = l.select(small, l.div(n, d), l.zero());
        V r = l.div(l.one(), y);
        V s = l.mul(r, r);
        V tail = l.mul(s, polynomial(l, s, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760));
        V log = DoubleMath.log(l, y);
        V result = l.sub(l.sub(l.fma(r, l.constant(-0.5), log), tail), sum);
        V half = l.sub(x, l.rint(x));
        V right = result;
        result = l.choose(
                below,
                () -> { // reflection
                    List<V> turn = DoubleMath.ofHalfTurns(l, x);
                    V cotangent = l.div(l.mul(turn.get(1), l.constant(Math.PI)), turn.get(0));
                    return l.sub(right, l.copySign(cotangent, half));
                },
                () -> right);
        V pole = l.both(below, l.eq(half, l.zero()));
        result = l.select(pole, l.constant(Double.NaN), result);
        V zero = l.copySign(l.constant(Double.POSITIVE_INFINITY), l.neg(x));
        return l.select(l.eq(x, l.zero()), zero, result);
    }

    /** The derivative of digamma. */
    public static <V> V trigamma(Lanes<V> l, V x) {
        if (!l.narrow()) {
            return called(l, "trigamma", x);
        }
        V below = l.lt(x, l.zero());
        V a = l.select(below, l.sub(l.one(), x), x);
        V small = l.lt(a, l.constant(6.0));
        V n = l.one();
        V d = l.mul(a, a);
        for (int i = 1; i < 6; i++) {
            V t = l.add(a, l.constant((double) i));
            V q = l.mul(t, t);
            n = l.fma(n, q, d);
            d = l.mul(d, q);
        }
        V y = l.select(small, l.add(a, l.constant(6.0)), a);
        V sum = l.select(small, l.div(n, d), l.zero());
        V r = l.div(l.one(), y);
        V s = l.mul(r, r);
        V tail = l.mul(s, polynomial(l, s, 1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730));
        V result = l.fma(r, l.add(l.fma(r, l.constant(0.5), l.one()), tail), sum);
        V right = result;
        result = l.choose(
                below,
                () -> {
                    V sine = DoubleMath.ofHalfTurns(l, x).get(0);
                    return l.sub(l.div(l.constant(Math.PI * Math.PI), l.mul(sine, sine)), right);
                },
                () -> right);
        V pole = l.both(l.le(x, l.zero()), l.eq(l.rint(x), x));
        return l.select(pole, l.constant(Double.POSITIVE_INFINITY), result);
    }

    /** The Hurwitz zeta function by Euler-Maclaurin summation (DLMF 25.11.5); outside of s > 1 and q from 0 to 10^8 called. */
    public static <V> V zeta(Lanes<V> l, V s, V q) {
        if (!l.narrow()) {
            return l.call(ZETA, List.of(s, q));
        }
        V minus = l.neg(s);
        V sum = l.zero();
        for (int i = 0; i < TERMS; i++) {
            sum = l.add(sum, power(l, l.add(q, l.constant((double) i)), minus));
        }
        V a = l.add(q, l.constant((double) TERMS));
        V power = power(l, a, minus);
        sum = l.add(sum, l.fma(l.div(a, l.sub(s, l.one())), power, l.mul(power, l.constant(0.5))));
        V r = l.div(l.one(), a);
        V square = l.mul(r, r);
        V term = l.mul(power, r);
        V factor = s;
        double[] bernoulli = {
            1.0 / 12,
            -1.0 / 720,
            1.0 / 30240,
            -1.0 / 1209600,
            1.0 / 47900160,
            -691.0 / 1307674368000.0,
            1.0 / 74724249600.0
        };
        for (int k = 0; k < bernoulli.length; k++) {
            sum = l.fma(l.mul(term, factor), l.constant(bernoulli[k]), sum);
            V next = l.add(s, l.constant(2.0 * k + 1));
            factor = l.mul(factor, l.mul(next, l.add(next, l.one())));
            term = l.mul(term, square);
        }
        V usual = l.both(l.lt(l.one(), s), l.both(l.lt(l.zero(), q), l.lt(q, l.constant(1e8))));
        usual = l.both(usual, l.lt(s, l.constant(128.0)));
        return l.rare(l.not(usual), sum, ZETA, List.of(s, q));
    }

    /** A positive number to a power. */
    private static <V> V power(Lanes<V> l, V a, V b) {
        return DoubleMath.exp(l, l.mul(b, DoubleMath.logOfPositive(l, a)));
    }

    /** The n-th derivative of digamma for n from 2 on, given (-1)^(n+1) n!. */
    public static <V> V polygamma(Lanes<V> l, V x, V n, V factorial) {
        V s = l.add(n, l.one());
        V pole = l.eq(x, l.zero());
        V y = l.mul(factorial, zeta(l, s, l.select(pole, l.one(), x)));
        V even = l.lt(factorial, l.zero());
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        return l.select(pole, l.select(even, l.neg(infinity), infinity), y);
    }
}
