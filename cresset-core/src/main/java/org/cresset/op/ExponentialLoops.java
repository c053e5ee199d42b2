package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * Exponential numbers in single precision of uniform ones in double precision, bit for bit as {@link StrictMath} gives them, which
 * PyTorch's agree with: in lanes, whose logarithm differs by few units in double precision. Only what lies as near to the middle
 * between two floats as that, one number of some ten millions, is computed once more.
 */
public final class ExponentialLoops {
    private static final int MOST = 1024;

    /** Bits of a double that a float hasn't. */
    private static final int LOST = 29;

    /** Units in the last place of a double by which the lanes' product may be off, and some more. */
    private static final long OFF = 32;

    private static final Loop LOG =
            new Loop("log_of_rest", LaneType.F64, List.of(false), 1, List.of(), false, new LogOfRest());
    private static final Tiers LOG_ROWS = new Tiers(LOG);
    private static final ThreadLocal<ExponentialLoops> OWN = ThreadLocal.withInitial(ExponentialLoops::new);

    private final MemorySegment memory = Arena.ofAuto().allocate(2L * 8 * MOST, 64);
    private final double[] logs = new double[MOST];

    private ExponentialLoops() {}

    static List<Loop> all() {
        return List.of(LOG);
    }

    private record LogOfRest() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.log1p(l, l.neg(in.get(0))));
        }
    }

    /** {@code to[i] = (float) (factor * log(1 - u[i]))} of the first n numbers. */
    public static void transform(double[] u, int n, double factor, float[] to) {
        ExponentialLoops own = OWN.get();
        for (int at = 0; at < n; at += MOST) {
            own.run(u, at, Math.min(MOST, n - at), factor, to);
        }
    }

    private void run(double[] u, int at, int n, double factor, float[] to) {
        MemorySegment.copy(u, at, memory, ValueLayout.JAVA_DOUBLE, 0, n);
        Rows.map(LOG_ROWS, memory, 0, null, 0, null, 0, memory, 8L * MOST, n);
        MemorySegment.copy(memory, ValueLayout.JAVA_DOUBLE, 8L * MOST, logs, 0, n);
        for (int i = 0; i < n; i++) {
            double y = factor * logs[i];
            to[at + i] = (float) (isSafe(y) ? y : factor * StrictMath.log1p(-u[at + i]));
        }
    }

    /** Whether numbers that differ from one by some units in the last place become the same float. */
    private static boolean isSafe(double y) {
        long rest = Double.doubleToRawLongBits(y) & (1L << LOST) - 1;
        return Math.abs(rest - (1L << LOST - 1)) > OFF && y >= Float.MIN_NORMAL && y < 0x1p127;
    }
}
