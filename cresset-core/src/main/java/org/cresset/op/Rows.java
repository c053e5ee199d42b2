package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.emit.MachineAccumulators;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** What kernels that work row by row have in common: rows of floats, loops over them, and numbers as operands. */
final class Rows {
    /** Elements below which sharing rows among threads costs more than it gives. */
    static final long GRAIN = 1 << 14;

    private static final int LANES = 32;
    private static final int PIECE = 8192;
    private static final ThreadLocal<Rows> LOCAL = ThreadLocal.withInitial(Rows::new);

    private static final MemorySegment ZEROS = filled(0);
    private static final MemorySegment LEAST = filled(Float.NEGATIVE_INFINITY);

    private final MemorySegment block = Arena.ofAuto().allocate(128, 128);
    private final MemorySegment result = Arena.ofAuto().allocate(8, 8);
    private final float[] lanes = new float[LANES];
    private final MemorySegment numbers = Arena.ofAuto().allocate(64, 64);

    private Rows() {}

    private static MemorySegment filled(float value) {
        MemorySegment m = Arena.ofAuto().allocate(4 * LANES, 4 * LANES);
        for (int i = 0; i < LANES; i++) {
            m.set(ValueLayout.JAVA_FLOAT, 4L * i, value);
        }
        return m;
    }

    /** This thread's. */
    static Rows local() {
        return LOCAL.get();
    }

    /** A contiguous float32 copy, or the tensor itself if it is one. */
    static Dense floats(Dense t) {
        return convert(t, DType.FLOAT32);
    }

    /** A contiguous copy of a dtype, or the tensor itself if it is that. */
    static Dense convert(Dense t, DType dtype) {
        if (t.dtype() == dtype && t.isContiguous()) {
            return t;
        }
        Dense c = Dense.empty(t.shape(), dtype);
        Pointwise.copy(t, c);
        return c;
    }

    /** Keeps from the garbage collector, until now, what may have been made for a kernel that reads it by its address. */
    static void keep(Dense a, @Nullable Dense b, @Nullable Dense c) {
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        Reference.reachabilityFence(c);
    }

    /** How many rows of {@code width} one thread should at least take. */
    static long grain(long width) {
        return Math.max(1, GRAIN / Math.max(1, width));
    }

    /** Sets number i (of 16), an operand at offset {@code 4 i} of {@link #numbers}. */
    void number(int i, float value) {
        numbers.set(ValueLayout.JAVA_FLOAT, 4L * i, value);
    }

    /** The memory of the numbers. */
    MemorySegment numbers() {
        return numbers;
    }

    /**
     * The sum (or the largest) over a row of n elements of what {@code tiers} makes of its operands; loops that have
     * an output, too, write it to {@code out}.
     */
    double accumulate(
            Tiers tiers,
            Combine how,
            MemorySegment a,
            long ao,
            @Nullable MemorySegment b,
            long bo,
            boolean repeated,
            @Nullable MemorySegment out,
            long oo,
            long n) {
        Kernel k = tiers.pick(n);
        MemorySegment identities = how == Combine.LARGER ? LEAST : ZEROS;
        double sum = how.identity();
        for (long p = 0; p < n; p += PIECE) {
            int m = (int) Math.min(PIECE, n - p);
            MemorySegment.copy(identities, 0, block, 0, 4 * LANES);
            long at = repeated ? bo : bo + 4 * p;
            if (out == null) {
                k.run(a, ao + 4 * p, b, at, null, 0, block, 0, m);
            } else {
                k.run(a, ao + 4 * p, b, at, block, 0, out, oo + 4 * p, m);
            }
            sum = how == Combine.LARGER ? Math.max(sum, largest()) : sum + total();
        }
        return sum;
    }

    /** The accumulators in an array, of which code that isn't compiled yet reads much faster. */
    private float[] lanes() {
        MemorySegment.copy(block, ValueLayout.JAVA_FLOAT, 0, lanes, 0, LANES);
        return lanes;
    }

    /** In four chains, which don't wait for each other. */
    private double total() {
        if (MachineAccumulators.there()) {
            MachineAccumulators.sums(1, block.address(), result.address());
            return result.get(ValueLayout.JAVA_DOUBLE, 0);
        }
        float[] x = lanes();
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = 0; i < LANES; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        return a + b + (c + d);
    }

    private float largest() {
        if (MachineAccumulators.there()) {
            MachineAccumulators.largestFloats(1, block.address(), result.address());
            return result.get(ValueLayout.JAVA_FLOAT, 0);
        }
        float[] x = lanes();
        float a = x[0];
        float b = x[1];
        float c = x[2];
        float d = x[3];
        for (int i = 4; i < LANES; i += 4) {
            a = Math.max(a, x[i]);
            b = Math.max(b, x[i + 1]);
            c = Math.max(c, x[i + 2]);
            d = Math.max(d, x[i + 3]);
        }
        return Math.max(Math.max(a, b), Math.max(c, d));
    }

    /** The largest of a row, not counting NaN. */
    float largest(MemorySegment x, long at, long n) {
        return (float) accumulate(FusedLoops.LARGEST_ROWS, Combine.LARGER, x, at, null, 0, true, null, 0, n);
    }

    /** The sum of a row. */
    double sum(MemorySegment x, long at, long n) {
        return accumulate(FusedLoops.SUM_ROWS, Combine.SUM, x, at, null, 0, true, null, 0, n);
    }

    /** The sum of the products of two rows. */
    double dot(MemorySegment x, long at, MemorySegment y, long yAt, long n) {
        return accumulate(FusedLoops.DOT_ROWS, Combine.SUM, x, at, y, yAt, false, null, 0, n);
    }

    /** Runs a loop over rows of any length. */
    static void map(
            Tiers tiers,
            MemorySegment a,
            long ao,
            @Nullable MemorySegment b,
            long bo,
            @Nullable MemorySegment c,
            long co,
            MemorySegment o,
            long oo,
            long n) {
        tiers.pick(n).run(a, ao, b, bo, c, co, o, oo, Math.toIntExact(n));
    }
}
