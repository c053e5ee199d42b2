package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.cresset.base.DType;
import org.cresset.emit.Body;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * Exponential numbers in single precision of a generator's bits, which are uniform numbers of double precision first, bit for bit as {@link StrictMath} gives them, which
 * PyTorch's agree with: in lanes, whose logarithm differs by few units in double precision. Only what lies as near to the middle
 * between two floats as that, one number of some ten millions, is computed by itself.
 */
public final class ExponentialLoops {
    private static final int MOST = 1024;

    /** Bits of a double that a float hasn't. */
    private static final int LOST = 29;

    /** Units in the last place of a double by which the lanes' product may be off, and some more. */
    private static final int OFF = 32;

    private static final Loop TEMPER =
            new Loop("temper", LaneType.I32, List.of(false), 1, List.of(), false, new Temper());
    private static final Loop JOIN =
            new Loop("join_halves", LaneType.I64, List.of(false), 1, List.of(), false, new Join());
    private static final Loop TIMES_LOG =
            new Loop("times_log_of_rest", LaneType.F64, List.of(false, true), 1, List.of(), false, new TimesLog());
    private static final Tiers TEMPER_ROWS = new Tiers(TEMPER);
    private static final Tiers JOIN_ROWS = new Tiers(JOIN);
    private static final Tiers TIMES_LOG_ROWS = new Tiers(TIMES_LOG);
    private static final ThreadLocal<ExponentialLoops> OWN = ThreadLocal.withInitial(ExponentialLoops::new);
    private static final int FACTOR = 8 * MOST;
    private static final int FLOATS = FACTOR + 8;

    private final MemorySegment memory = Arena.ofAuto().allocate(FLOATS + 4L * MOST, 64);

    private ExponentialLoops() {}

    static List<Loop> all() {
        return List.of(TEMPER, JOIN, TIMES_LOG);
    }

    /** The last step of the Mersenne Twister: what its state says as a random number. */
    private record Temper() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V y = in.get(0);
            V eleven = l.and(l.shr(y, l.constant(11L)), l.constant(0x1fffffL));
            y = l.xor(y, eleven);
            y = l.xor(y, l.and(l.shl(y, l.constant(7L)), l.constant((long) 0x9d2c5680)));
            y = l.xor(y, l.and(l.shl(y, l.constant(15L)), l.constant((long) 0xefc60000)));
            return List.of(l.xor(y, l.and(l.shr(y, l.constant(18L)), l.constant(0x3fffL))));
        }
    }

    /** 53 bits of two numbers, of which the first has the upper ones. */
    private record Join() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V thirtyTwo = l.constant(32L);
            V upper = l.shl(in.get(0), thirtyTwo);
            V lower = l.and(l.shr(in.get(0), thirtyTwo), l.constant(0xffffffffL));
            return List.of(l.and(l.or(upper, lower), l.constant((1L << 53) - 1)));
        }
    }

    /** {@code factor * log(1 - u)} of the bits of u. */
    private record TimesLog() implements Body {
        private static final double LOWEST = Double.longBitsToDouble((1L << LOST) - 1);
        private static final Lanes.Function EXACT = new Lanes.Function(ExponentialLoops.class, "timesLog");

        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V u = uniform(l, in.get(0));
            V y = l.mul(in.get(1), LaneMath.log1p(l, l.neg(u)));
            V rest = l.or(l.and(y, l.constant(LOWEST)), l.one());
            V off = l.abs(l.sub(rest, l.constant(1 + Math.scalb(1.0, LOST - 1 - 52))));
            V near = l.le(off, l.constant(Math.scalb((double) OFF, -52)));
            V usual = l.both(l.ge(y, l.constant(Float.MIN_NORMAL)), l.lt(y, l.constant(0x1p127)));
            return List.of(l.rare(l.either(near, l.not(usual)), y, EXACT, List.of(u, in.get(1))));
        }

        /** The number of the bits, times 2^-53: all but the first behind the one of 2^52. */
        private static <V> V uniform(Lanes<V> l, V bits) {
            V big = l.constant(0x1p52);
            V rest = l.sub(l.or(l.and(bits, l.constant(Double.longBitsToDouble((1L << 52) - 1))), big), big);
            V first = l.and(bits, l.constant(Double.longBitsToDouble(1L << 52)));
            V whole = l.add(rest, l.select(l.eq(first, l.zero()), l.zero(), big));
            return l.mul(whole, l.constant(0x1p-53));
        }
    }

    /** {@code factor * log(1 - u)}, for the loop's rare elements. */
    public static double timesLog(double u, double factor) {
        return factor * StrictMath.log1p(-u);
    }

    /** {@code to[i] = (float) (factor * log(1 - u))} of n uniform numbers u, each of two numbers of the generator's state. */
    public static void transform(int[] state, int n, double factor, float[] to) {
        ExponentialLoops own = OWN.get();
        for (int at = 0; at < n; at += MOST) {
            own.run(state, at, Math.min(MOST, n - at), factor, to);
        }
    }

    private void run(int[] state, int at, int n, double factor, float[] to) {
        MemorySegment m = memory;
        MemorySegment.copy(state, 2 * at, m, ValueLayout.JAVA_INT, 0, 2 * n);
        Rows.map(TEMPER_ROWS, m, 0, null, 0, null, 0, m, 0, 2L * n);
        Rows.map(JOIN_ROWS, m, 0, null, 0, null, 0, m, 0, n);
        m.set(ValueLayout.JAVA_DOUBLE, FACTOR, factor);
        Rows.map(TIMES_LOG_ROWS, m, 0, m, FACTOR, null, 0, m, 0, n);
        Convert.run(m, 0, Double.BYTES, DType.FLOAT64, m, FLOATS, Float.BYTES, DType.FLOAT32, n);
        MemorySegment.copy(m, ValueLayout.JAVA_FLOAT, FLOATS, to, at, n);
    }
}
