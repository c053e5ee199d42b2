package org.cresset.emit;

import static org.cresset.emit.LaneMath.call;

import java.util.List;
import java.util.Locale;
import org.cresset.emit.Lanes.Function;

/** Bessel functions as lane bodies in float64 under float32, with the splits of the functions that are called elsewhere. */
public final class BesselLanes {
    private static final double TWO_OVER_PI = 0.63661977236758134308;

    /** Of sums that are zero somewhere, terms down to this part of the first count. */
    private static final double FINE = 1e-11;

    private BesselLanes() {}

    /** One of them. */
    public enum Kind {
        J0,
        J1,
        Y0,
        Y1,
        SPHERICAL_J0,
        I0,
        I1,
        I0E,
        I1E,
        K0,
        K1,
        K0E,
        K1E;

        private Function function() {
            String name = this == SPHERICAL_J0 ? "sphericalJ0" : name().toLowerCase(Locale.ROOT);
            return new Function(compareTo(I0) < 0 ? Bessel.class : ModifiedBessel.class, name);
        }

        /** Its value at x. */
        public <V> V of(Lanes<V> l, V x) {
            if (!l.narrow()) {
                return call(l, function(), x);
            }
            return switch (this) {
                case J0 -> j0(l, x);
                case J1 -> j1(l, x);
                case Y0 -> y0(l, x);
                case Y1 -> y1(l, x);
                case SPHERICAL_J0 -> sphericalJ0(l, x);
                case I0 -> i0(l, x);
                case I1 -> i1(l, x);
                case I0E -> i0e(l, x);
                case I1E -> i1e(l, x);
                case K0 -> k0(l, x, false);
                case K0E -> k0(l, x, true);
                case K1 -> k1(l, x, false);
                case K1E -> k1(l, x, true);
            };
        }
    }

    /** (a^2 - r1^2) (a^2 - r2^2) with full relative accuracy near the zeros. */
    private static <V> V zeros(Lanes<V> l, V a, double[] r) {
        V first = l.mul(l.sub(l.sub(a, l.constant(r[0])), l.constant(r[1])), l.add(a, l.constant(r[0])));
        V second = l.mul(l.sub(l.sub(a, l.constant(r[2])), l.constant(r[3])), l.add(a, l.constant(r[2])));
        return l.mul(first, second);
    }

    /** The argument of the series up to 8, which is all that they are asked for. */
    private static <V> V nearArgument(Lanes<V> l, V a) {
        V b = l.select(l.lt(l.constant(8.0), a), l.constant(8.0), a);
        return l.fma(l.mul(b, b), l.constant(1.0 / 32), l.constant(-1.0));
    }

    /** Amplitudes P and Q, times sqrt(1 / (pi a)), for a from 8 on. */
    private static <V> List<V> amplitudes(Lanes<V> l, V a, double[] p, double[] q) {
        V z = l.div(l.constant(8.0), l.select(l.lt(a, l.constant(8.0)), l.constant(8.0), a));
        V t = l.fma(l.add(z, z), z, l.constant(-1.0));
        V scale = l.mul(l.sqrt(z), l.constant(0.56418958354775628695 / 2.8284271247461900976));
        return List.of(
                l.mul(scale, Chebyshev.lanes(l, p, t, FINE)), l.mul(l.mul(scale, z), Chebyshev.lanes(l, q, t, FINE)));
    }

    /** Amplitudes, and sum and difference of sine and cosine, of Hankel's expansion. */
    private static final class Waves<V> {
        final V p;
        final V q;
        final V sum;
        final V difference;

        Waves(Lanes<V> l, V a, double[] p, double[] q) {
            List<V> amplitudes = amplitudes(l, a, p, q);
            List<V> sc = DoubleMath.sinCos(l, a);
            this.p = amplitudes.get(0);
            this.q = amplitudes.get(1);
            sum = l.add(sc.get(0), sc.get(1));
            difference = l.sub(sc.get(0), sc.get(1));
        }
    }

    private static <V> V j0Near(Lanes<V> l, V a) {
        return l.mul(Chebyshev.lanes(l, Bessel.J0_SMALL, nearArgument(l, a), FINE), zeros(l, a, Bessel.J0_ZEROS));
    }

    private static <V> V j1Near(Lanes<V> l, V a) {
        V sum = Chebyshev.lanes(l, Bessel.J1_SMALL, nearArgument(l, a), FINE);
        return l.mul(l.mul(a, sum), zeros(l, a, Bessel.J1_ZEROS));
    }

    private static <V> V j0(Lanes<V> l, V x) {
        V a = l.abs(x);
        return l.choose(l.le(a, l.constant(8.0)), () -> j0Near(l, a), () -> {
            Waves<V> w = new Waves<>(l, a, Bessel.P0, Bessel.Q0);
            return l.sub(l.mul(w.p, w.sum), l.mul(w.q, w.difference));
        });
    }

    private static <V> V j1(Lanes<V> l, V x) {
        V a = l.abs(x);
        V y = l.choose(l.le(a, l.constant(8.0)), () -> j1Near(l, a), () -> {
            Waves<V> w = new Waves<>(l, a, Bessel.P1, Bessel.Q1);
            return l.add(l.mul(w.p, w.difference), l.mul(w.q, w.sum));
        });
        return l.xor(y, l.and(x, l.constant(-0.0)));
    }

    private static <V> V atPoles(Lanes<V> l, V x, double atZero, V y) {
        V rest = l.select(l.eq(x, l.zero()), l.constant(atZero), l.constant(Double.NaN));
        return l.select(l.le(x, l.zero()), rest, y);
    }

    private static <V> V y0(Lanes<V> l, V x) {
        V y = l.choose(
                l.le(x, l.constant(8.0)),
                () -> {
                    V log = l.mul(DoubleMath.logOfPositive(l, x), l.constant(TWO_OVER_PI));
                    V rest = Chebyshev.lanes(l, Bessel.Y0_SMALL, nearArgument(l, x), FINE);
                    return l.fma(log, j0Near(l, x), rest);
                },
                () -> {
                    Waves<V> w = new Waves<>(l, x, Bessel.P0, Bessel.Q0);
                    return l.add(l.mul(w.p, w.difference), l.mul(w.q, w.sum));
                });
        return atPoles(l, x, Double.NEGATIVE_INFINITY, y);
    }

    private static <V> V y1(Lanes<V> l, V x) {
        V y = l.choose(
                l.le(x, l.constant(8.0)),
                () -> {
                    V log = l.fma(DoubleMath.logOfPositive(l, x), j1Near(l, x), l.neg(l.div(l.one(), x)));
                    V rest = l.mul(x, Chebyshev.lanes(l, Bessel.Y1_SMALL, nearArgument(l, x), FINE));
                    return l.fma(log, l.constant(TWO_OVER_PI), rest);
                },
                () -> {
                    Waves<V> w = new Waves<>(l, x, Bessel.P1, Bessel.Q1);
                    return l.sub(l.mul(w.q, w.difference), l.mul(w.p, w.sum));
                });
        return atPoles(l, x, Double.NEGATIVE_INFINITY, y);
    }

    private static <V> V sphericalJ0(Lanes<V> l, V x) {
        V s = l.mul(x, x);
        V near = LaneMath.polynomial(
                l, s, 1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0);
        V far = l.div(DoubleMath.sinCos(l, x).get(0), x);
        far = l.select(l.eq(l.abs(x), l.constant(Double.POSITIVE_INFINITY)), l.zero(), far);
        return l.select(l.lt(s, l.constant(0.25)), near, far);
    }

    /** The larger of a and 8, for quotients that are only wanted there. */
    private static <V> V from8(Lanes<V> l, V a) {
        return l.select(l.lt(a, l.constant(8.0)), l.constant(8.0), a);
    }

    private static <V> V scaledI(Lanes<V> l, V a, double[] small, double[] large, V factor) {
        return l.choose(
                l.le(a, l.constant(8.0)),
                () -> {
                    V near = l.select(l.lt(l.constant(8.0), a), l.constant(8.0), a);
                    return l.mul(Chebyshev.lanes(l, small, l.fma(near, l.constant(0.25), l.constant(-1.0))), factor);
                },
                () -> {
                    V r = l.div(l.one(), from8(l, a));
                    V t = l.fma(r, l.constant(16.0), l.constant(-1.0));
                    return l.mul(Chebyshev.lanes(l, large, t), l.sqrt(r));
                });
    }

    private static <V> V i0e(Lanes<V> l, V x) {
        return scaledI(l, l.abs(x), ModifiedBessel.I0_SMALL, ModifiedBessel.I0_LARGE, l.one());
    }

    private static <V> V i1e(Lanes<V> l, V x) {
        V a = l.abs(x);
        return l.copySign(scaledI(l, a, ModifiedBessel.I1_SMALL, ModifiedBessel.I1_LARGE, a), x);
    }

    /** e^|x| times the scaled function; NaN where that is infinity times 0, as PyTorch's. */
    private static <V> V grown(Lanes<V> l, V x, V scaled) {
        V a = l.abs(x);
        V y = l.mul(DoubleMath.exp(l, a), scaled);
        return l.select(l.eq(a, l.constant(Double.POSITIVE_INFINITY)), l.constant(Double.NaN), y);
    }

    private static <V> V i0(Lanes<V> l, V x) {
        return grown(l, x, i0e(l, x));
    }

    private static <V> V i1(Lanes<V> l, V x) {
        return grown(l, x, i1e(l, x));
    }

    /** The smaller of x and 2. */
    private static <V> V upTo2(Lanes<V> l, V x) {
        return l.select(l.lt(l.constant(2.0), x), l.constant(2.0), x);
    }

    /** sqrt(x) e^x times the function, divided by sqrt(x), from 2 on. */
    private static <V> V farK(Lanes<V> l, V x, double[] large) {
        V r = l.div(l.one(), l.select(l.lt(x, l.constant(2.0)), l.constant(2.0), x));
        return l.mul(Chebyshev.lanes(l, large, l.fma(r, l.constant(4.0), l.constant(-1.0))), l.sqrt(r));
    }

    private static <V> V joined(Lanes<V> l, V x, V near, V far, boolean scaled) {
        V e = DoubleMath.exp(l, scaled ? upTo2(l, x) : l.neg(x));
        V y = scaled
                ? l.select(l.lt(l.constant(2.0), x), far, l.mul(e, near))
                : l.select(l.lt(l.constant(2.0), x), l.mul(e, far), near);
        return atPoles(l, x, Double.POSITIVE_INFINITY, y);
    }

    private static <V> V k0(Lanes<V> l, V x, boolean scaled) {
        V b = upTo2(l, x);
        V t = l.fma(l.mul(b, b), l.constant(0.5), l.constant(-1.0));
        V log = DoubleMath.logOfPositive(l, l.mul(b, l.constant(0.5)));
        V i0 = l.mul(DoubleMath.exp(l, b), scaledINear(l, b, ModifiedBessel.I0_SMALL));
        V near = l.fma(l.neg(log), i0, Chebyshev.lanes(l, ModifiedBessel.K0_SMALL, t));
        return joined(l, x, near, farK(l, x, ModifiedBessel.K0_LARGE), scaled);
    }

    private static <V> V k1(Lanes<V> l, V x, boolean scaled) {
        V b = upTo2(l, x);
        V t = l.fma(l.mul(b, b), l.constant(0.5), l.constant(-1.0));
        V log = DoubleMath.logOfPositive(l, l.mul(b, l.constant(0.5)));
        V i1 = l.mul(l.mul(DoubleMath.exp(l, b), b), scaledINear(l, b, ModifiedBessel.I1_SMALL));
        V near = l.fma(log, i1, l.div(Chebyshev.lanes(l, ModifiedBessel.K1_SMALL, t), b));
        return joined(l, x, near, farK(l, x, ModifiedBessel.K1_LARGE), scaled);
    }

    private static <V> V scaledINear(Lanes<V> l, V b, double[] small) {
        return Chebyshev.lanes(l, small, l.fma(b, l.constant(0.25), l.constant(-1.0)));
    }
}
