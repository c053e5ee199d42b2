package org.cresset.emit;

import java.util.List;
import org.cresset.emit.Lanes.Function;

/**
 * Remainders and quotients rounded down. In float64 lanes under float32 a truncated quotient below 2^29 is exact, and so is what
 * one fused product leaves of the dividend: quotients of numbers of 24 bits are not nearer to an integer than that.
 */
final class Division {
    private static final Function FMOD = new Function(Special.class, "fmod");
    private static final Function FLOOR = new Function(Special.class, "floorDivide");

    private Division() {}

    /** Remainder with the sign of the dividend, as {@code torch.fmod}. */
    static <V> V fmod(Lanes<V> l, V a, V b) {
        if (!l.type().isFloat()) {
            return l.sub(a, l.mul(l.div(a, b), b));
        }
        if (!l.narrow()) {
            return l.call(FMOD, List.of(a, b));
        }
        V q = l.div(a, b);
        V r = l.copySign(l.fma(l.neg(l.trunc(q)), b, a), a);
        return l.rare(far(l, q, b), r, FMOD, List.of(a, b));
    }

    /** Where a quotient is too large to be exact, or isn't one of numbers. */
    private static <V> V far(Lanes<V> l, V q, V b) {
        V near = l.lt(l.abs(q), l.constant(0x1p29));
        return l.not(l.both(near, l.lt(l.abs(b), l.constant(Double.POSITIVE_INFINITY))));
    }

    /** Remainder with the sign of the divisor, as {@code torch.remainder}. */
    static <V> V remainder(Lanes<V> l, V a, V b) {
        V r = fmod(l, a, b);
        V down = l.both(l.lt(r, l.zero()), l.lt(l.zero(), b));
        V up = l.both(l.lt(l.zero(), r), l.lt(b, l.zero()));
        return l.select(l.either(down, up), l.add(r, b), r);
    }

    /** The quotient rounded down, as Python's {@code //}. */
    static <V> V floor(Lanes<V> l, V a, V b) {
        if (l.type().isFloat() && !l.narrow()) {
            return l.call(FLOOR, List.of(a, b));
        }
        V q = l.div(a, b);
        if (!l.type().isFloat()) {
            V r = l.sub(a, l.mul(q, b));
            V opposite = l.lt(l.xor(r, b), l.zero());
            return l.select(l.both(l.ne(r, l.zero()), opposite), l.sub(q, l.one()), q);
        }
        V whole = l.trunc(q);
        V r = l.fma(l.neg(whole), b, a);
        V opposite =
                l.either(l.both(l.lt(r, l.zero()), l.lt(l.zero(), b)), l.both(l.lt(l.zero(), r), l.lt(b, l.zero())));
        V y = l.select(opposite, l.sub(whole, l.one()), whole);
        return l.rare(far(l, q, b), y, FLOOR, List.of(a, b));
    }
}
