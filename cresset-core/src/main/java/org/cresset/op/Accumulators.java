package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.MachineAccumulators;
import org.jspecify.annotations.Nullable;

/** A thread's blocks of accumulators, as loops over rows leave them in memory, and what those come to. */
final class Accumulators {
    /** How many blocks there are. */
    static final int BLOCKS = 32;

    /** Bytes of a block. */
    static final int BLOCK = 128;

    /** Sums in which a block is added up, which don't wait for each other. */
    private static final int CHAINS = 4;

    /** Accumulators of 32 bits. */
    private static final int LANES = BLOCK / 4;

    private static final int TYPES = LaneType.values().length;
    private static final int KINDS = Combine.values().length * TYPES;

    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final ThreadLocal<Accumulators> LOCAL = ThreadLocal.withInitial(Accumulators::new);

    private final MemorySegment memory = Arena.ofAuto().allocate(BLOCKS * BLOCK, BLOCK);
    private final MemorySegment totals = Arena.ofAuto().allocate(8 * BLOCKS, 64);
    private final @Nullable MemorySegment[] identities = new MemorySegment[KINDS];
    private final float[] narrow = new float[LANES * BLOCKS];
    private final double[] wide = new double[LANES * BLOCKS];
    private final int[] ints = new int[LANES * BLOCKS];

    private Accumulators() {}

    /** This thread's. */
    static Accumulators local() {
        return LOCAL.get();
    }

    private static MemorySegment filled(Combine combine, LaneType lane) {
        MemorySegment m = Arena.ofAuto().allocate(BLOCKS * BLOCK, 64);
        if (lane.isFloat()) {
            Convert.writeDouble(lane.dtype(), m, 0, combine.identity());
        } else {
            Convert.writeLong(lane.dtype(), m, 0, combine.integerIdentity(lane));
        }
        Moves.repeat(m, 0, m, 0, lane.dtype().size(), BLOCKS * lane.accumulators());
        return m;
    }

    /** Where they lie. */
    MemorySegment memory() {
        return memory;
    }

    /** Sets the first blocks to what changes nothing. */
    void clear(Combine combine, LaneType lane, int blocks) {
        int kind = combine.ordinal() * TYPES + lane.ordinal();
        MemorySegment from = identities[kind];
        if (from == null) {
            from = filled(combine, lane);
            identities[kind] = from;
        }
        MemorySegment.copy(from, 0, memory, 0, (long) blocks * BLOCK);
    }

    /** The first floating-point accumulators. The array is valid until the next call of a method. */
    double[] numbers(LaneType lane, int count) {
        if (lane == LaneType.F32) {
            MemorySegment.copy(memory, F, 0, narrow, 0, count);
            widen(narrow, wide, 0, count);
        } else {
            MemorySegment.copy(memory, D, 0, wide, 0, count);
        }
        return wide;
    }

    private static void widen(float[] from, double[] to, int first, int n) {
        for (int i = 0; i < n; i++) {
            to[first + i] = from[i];
        }
    }

    /** The first int64 accumulators. */
    void longs(long[] to) {
        MemorySegment.copy(memory, L, 0, to, 0, to.length);
    }

    /** Adds up each of the first blocks, of floats, in float64. */
    void sums(int blocks, double[] results, int first) {
        if (MachineAccumulators.there()) {
            MachineAccumulators.sums(blocks, memory.address(), totals.address());
            MemorySegment.copy(totals, D, 0, results, first, blocks);
            return;
        }
        numbers(LaneType.F32, LANES * blocks);
        for (int i = 0; i < blocks; i++) {
            results[first + i] = sum(wide, LANES * i, LANES * (i + 1));
        }
    }

    /** The largest of each of the first blocks, of floats that are numbers. */
    void largest(int blocks, double[] results, int first) {
        if (MachineAccumulators.there()) {
            MachineAccumulators.largestFloats(blocks, memory.address(), totals.address());
            MemorySegment.copy(totals, F, 0, narrow, 0, blocks);
            widen(narrow, results, first, blocks);
            return;
        }
        numbers(LaneType.F32, LANES * blocks);
        for (int i = 0; i < blocks; i++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int k = LANES * i; k < LANES * (i + 1); k++) {
                most = Math.max(most, wide[k]);
            }
            results[first + i] = most;
        }
    }

    /**
     * The sum, or the largest number, of each of some rows of n floats that lie one behind the other.
     *
     * @param loop has accumulators that are combined in that way, and nothing else
     */
    void rows(Tiers loop, Combine how, MemorySegment m, long at, int rows, int n, double[] results) {
        Kernel k = loop.pick((long) rows * n, n);
        for (int i = 0; i < rows; i += BLOCKS) {
            int some = Math.min(BLOCKS, rows - i);
            clear(how, LaneType.F32, some);
            k.parts(m, at + 4L * i * n, memory, 0, LaneType.F32, some * n, n);
            if (how == Combine.LARGER) {
                largest(some, results, i);
            } else {
                sums(some, results, i);
            }
        }
    }

    /** The sum of some numbers, as many as can be divided by 4. */
    static double sum(double[] v, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = from; i < to; i += CHAINS) {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
        }
        return a + b + (c + d);
    }

    /** The largest of each of the first blocks, of ints. The array is valid until the next call of a method. */
    int[] largest(int blocks) {
        if (MachineAccumulators.there()) {
            MachineAccumulators.largest(blocks, memory.address(), totals.address());
            MemorySegment.copy(totals, I, 0, ints, 0, blocks);
            return ints;
        }
        MemorySegment.copy(memory, I, 0, ints, 0, LANES * blocks);
        for (int i = 0; i < blocks; i++) {
            int most = Integer.MIN_VALUE;
            for (int k = LANES * i; k < LANES * (i + 1); k++) {
                most = Math.max(most, ints[k]);
            }
            ints[i] = most;
        }
        return ints;
    }
}
