package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** What kernels that work row by row have in common: rows of floats, loops over them, and numbers as operands. */
final class Rows {
    /** Elements below which sharing rows among threads costs more than it gives. */
    static final long GRAIN = 1 << 14;

    private static final int LANES = 32;
    private static final int PIECE = 8192;
    private static final ThreadLocal<Rows> LOCAL = ThreadLocal.withInitial(Rows::new);

    private final MemorySegment block = Arena.ofAuto().allocate(128, 128);
    private final MemorySegment numbers = Arena.ofAuto().allocate(64, 64);

    private Rows() {}

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

    /** The sum (or another combination) over a row of n elements of what {@code tiers} makes of its operands. */
    double accumulate(
            Tiers tiers,
            Combine how,
            MemorySegment a,
            long ao,
            @Nullable MemorySegment b,
            long bo,
            boolean repeated,
            long n) {
        Kernel k = tiers.pick(n);
        float identity = (float) how.identity();
        double sum = how.identity();
        for (long p = 0; p < n; p += PIECE) {
            int m = (int) Math.min(PIECE, n - p);
            for (int i = 0; i < LANES; i++) {
                block.set(ValueLayout.JAVA_FLOAT, 4L * i, identity);
            }
            k.run(a, ao + 4 * p, b, repeated ? bo : bo + 4 * p, null, 0, block, 0, m);
            int lanes = Math.min(LANES, m);
            for (int i = 0; i < lanes; i++) {
                float v = block.get(ValueLayout.JAVA_FLOAT, 4L * i);
                sum = how == Combine.MAX ? Math.max(sum, v) : sum + v;
            }
        }
        return sum;
    }

    /** The largest of a row, NaN if one is. */
    float max(MemorySegment x, long at, long n) {
        return (float) accumulate(FusedLoops.MAX_ROWS, Combine.MAX, x, at, null, 0, true, n);
    }

    /** The sum of a row. */
    double sum(MemorySegment x, long at, long n) {
        return accumulate(FusedLoops.SUM_ROWS, Combine.SUM, x, at, null, 0, true, n);
    }

    /** The sum of the products of two rows. */
    double dot(MemorySegment x, long at, MemorySegment y, long yAt, long n) {
        return accumulate(FusedLoops.DOT_ROWS, Combine.SUM, x, at, y, yAt, false, n);
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
