package org.cresset.emit;

import static org.cresset.emit.LaneMath.call;
import static org.cresset.emit.LaneMath.polynomial;

import java.util.List;
import org.cresset.emit.Lanes.Function;

/** The tangent, inverse functions and the plane's distance and angle as lane bodies; in float64 they are calls. */
public final class Trigonometry {
    private static final Function TAN = new Function(Math.class, "tan");
    private static final double HALF_PI = 1.5707963267948966;

    private Trigonometry() {}

    private static <V> boolean calls(Lanes<V> l) {
        return l.type() == LaneType.F64 && !l.narrow();
    }

    /** Tangent. */
    public static <V> V tan(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, TAN, x);
        }
        if (l.narrow()) {
            List<V> both = DoubleMath.sinCos(l, x);
            return l.div(both.get(0), both.get(1));
        }
        V k = l.sub(l.fma(x, l.constant(0.6366197723675814), l.constant(0x1.8p23)), l.constant(0x1.8p23));
        V r = l.fma(k, l.constant(-1.5707962513e0), x);
        r = l.fma(k, l.constant(-7.5497894159e-8), r);
        r = l.fma(k, l.constant(-5.3903029534742384e-15), r);
        V z = l.mul(r, r);
        V p = polynomial(
                l,
                z,
                3.3333139519e-1,
                1.3339199655e-1,
                5.3381294232e-2,
                2.4528111740e-2,
                2.9746874599e-3,
                9.4654554474e-3);
        V t = l.fma(l.mul(r, z), p, r);
        V halves = l.mul(k, l.constant(0.5));
        V odd = l.ne(l.rint(halves), halves);
        V y = l.select(odd, l.div(l.constant(-1.0), t), t);
        V far = l.not(l.lt(l.abs(x), l.constant(1e5)));
        return l.rare(far, y, TAN, x);
    }

    /** Arc cosine. */
    public static <V> V acos(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Math.class, "acos"), x);
        }
        V a = l.abs(x);
        V outer = l.gt(a, l.constant(0.5));
        V z = l.select(outer, l.mul(l.sub(l.one(), a), l.constant(0.5)), l.mul(a, a));
        V r = l.select(outer, l.sqrt(z), a);
        V p = polynomial(
                l, z, 1.666665971e-1, 7.500510663e-2, 4.451572150e-2, 3.181760758e-2, 1.440261491e-2, 3.756519035e-2);
        V arc = l.fma(l.mul(r, z), p, r); // asin of a, or half of acos of it
        V below = l.lt(x, l.zero());
        V inner = l.sub(l.constant(HALF_PI), l.copySign(arc, x));
        V twice = l.add(arc, arc);
        V end = l.select(below, l.sub(l.constant(Math.PI), twice), twice);
        return l.select(outer, end, inner);
    }

    /** The angle of the point (x, y). */
    public static <V> V atan2(Lanes<V> l, V y, V x) {
        if (calls(l)) {
            return call(l, new Function(Math.class, "atan2"), y, x);
        }
        V a = l.abs(y);
        V b = l.abs(x);
        V steep = l.lt(b, a);
        V small = l.select(steep, b, a);
        V large = l.select(steep, a, b);
        V r = l.div(small, large);
        // equal infinities and zeros have no quotient
        r = l.select(l.eq(small, large), l.select(l.eq(large, l.zero()), l.zero(), l.one()), r);
        V t = LaneMath.atanOfUnit(l, r);
        t = l.select(steep, l.sub(l.constant(HALF_PI), t), t);
        V left = l.lt(l.copySign(l.one(), x), l.zero());
        t = l.select(left, l.sub(l.constant(Math.PI), t), t);
        t = l.copySign(t, y);
        return l.select(l.isNan(x), x, l.select(l.isNan(y), y, t));
    }

    /** sqrt(x^2 + y^2) without overflow. */
    public static <V> V hypot(Lanes<V> l, V x, V y) {
        if (!l.narrow()) {
            return call(l, new Function(Math.class, "hypot"), x, y);
        }
        V r = l.sqrt(l.fma(x, x, l.mul(y, y)));
        V infinity = l.constant(Double.POSITIVE_INFINITY);
        return l.select(l.either(l.eq(l.abs(x), infinity), l.eq(l.abs(y), infinity)), infinity, r);
    }
}
