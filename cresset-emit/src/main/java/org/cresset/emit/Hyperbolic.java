package org.cresset.emit;

import static org.cresset.emit.LaneMath.call;
import static org.cresset.emit.LaneMath.polynomial;

import org.cresset.emit.Lanes.Function;

/** Hyperbolic functions and their inverses as lane bodies; in float64 they are calls. */
public final class Hyperbolic {
    private Hyperbolic() {}

    private static <V> boolean calls(Lanes<V> l) {
        return l.type() == LaneType.F64 && !l.narrow();
    }

    /** Half of e^a for a from 0 on, without overflow before the half does; its quarter reciprocal follows from it. */
    private static <V> V halfOfExp(Lanes<V> l, V a) {
        if (l.type() == LaneType.F64) {
            return l.mul(LaneMath.exp(l, a), l.constant(0.5));
        }
        V b = l.select(l.lt(l.constant(90.0), a), l.constant(90.0), a);
        V k = LaneMath.nearest(l, b, l.constant(1.4426950408889634));
        V r = l.fma(k, l.constant(-0.693359375), b);
        r = l.fma(k, l.constant(2.12194440e-4), r);
        V q = polynomial(l, r, 0.5, 1.666651219e-1, 4.166618735e-2, 8.369598538e-3, 1.395171741e-3);
        V y = l.add(l.fma(l.mul(r, r), q, r), l.one());
        // 2^(k-1) for k up to 130, of which the first factor may be more than float32 holds and half of it is not
        return l.mul(l.mul(y, l.pow2(l.sub(k, l.constant(3.0)))), l.constant(4.0));
    }

    /** Hyperbolic sine. */
    public static <V> V sinh(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Math.class, "sinh"), x);
        }
        V a = l.abs(x);
        V e = halfOfExp(l, a);
        V far = l.copySign(l.sub(e, l.div(l.constant(0.25), e)), x);
        V z = l.mul(x, x);
        V p = polynomial(l, z, 1.6666666489e-1, 8.3333505994e-3, 1.9836066041e-4, 2.8174406474e-6);
        V near = l.fma(l.mul(x, z), p, x);
        return l.select(l.lt(a, l.one()), near, far);
    }

    /** Hyperbolic cosine. */
    public static <V> V cosh(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Math.class, "cosh"), x);
        }
        V e = halfOfExp(l, l.abs(x));
        return l.add(e, l.div(l.constant(0.25), e));
    }

    /** Inverse hyperbolic sine. */
    public static <V> V asinh(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Inverse.class, "asinh"), x);
        }
        V a = l.abs(x);
        V large = l.lt(l.constant(1e8), a);
        V s = l.mul(a, a);
        V root = l.sqrt(l.add(s, l.one()));
        V y = LaneMath.log1p(l, l.select(large, a, l.add(a, l.div(s, l.add(l.one(), root)))));
        y = l.select(large, l.add(y, l.constant(0.69314718055994530942)), y);
        return l.copySign(y, x);
    }

    /** Inverse hyperbolic cosine; NaN below 1. */
    public static <V> V acosh(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Inverse.class, "acosh"), x);
        }
        V large = l.lt(l.constant(1e8), x);
        V t = l.sub(x, l.one());
        V root = l.sqrt(l.fma(t, t, l.add(t, t)));
        V y = LaneMath.log1p(l, l.select(large, x, l.add(t, root)));
        return l.select(large, l.add(y, l.constant(0.69314718055994530942)), y);
    }

    /** Inverse hyperbolic tangent. */
    public static <V> V atanh(Lanes<V> l, V x) {
        if (calls(l)) {
            return call(l, new Function(Inverse.class, "atanh"), x);
        }
        V a = l.abs(x);
        V y = LaneMath.log1p(l, l.div(l.add(a, a), l.sub(l.one(), a)));
        return l.copySign(l.mul(y, l.constant(0.5)), x);
    }
}
