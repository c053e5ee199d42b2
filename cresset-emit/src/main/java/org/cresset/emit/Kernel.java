package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A loop over up to three inputs and one output, each contiguous or one repeated element (which of the two is fixed when the
 * loop is emitted). Offsets are in bytes; what the loop does not use is {@code null} and 0.
 */
public abstract class Kernel {
    /** For emitted classes. */
    protected Kernel() {}

    /** Handles n elements. */
    public abstract void run(
            MemorySegment a,
            long ao,
            @Nullable MemorySegment b,
            long bo,
            @Nullable MemorySegment c,
            long co,
            MemorySegment o,
            long oo,
            int n);

    /**
     * Handles n elements of each of several rows.
     *
     * @param s memory of the three inputs and the output, as {@link #run} has them
     * @param offsets of the first row, in bytes
     * @param steps bytes from row to row, 0 or less too
     */
    public void rows(@Nullable MemorySegment[] s, long[] offsets, long[] steps, int rows, int n) {
        long[] at = offsets.clone();
        for (int r = 0; r < rows; r++) {
            run(this, s, at, n);
            for (int k = 0; k < at.length; k++) {
                at[k] += steps[k];
            }
        }
    }

    static void run(Kernel kernel, @Nullable MemorySegment[] s, long[] at, int n) {
        MemorySegment first = Objects.requireNonNull(s[0]);
        MemorySegment out = Objects.requireNonNull(s[3]);
        kernel.run(first, at[0], s[1], at[1], s[2], at[2], out, at[3], n);
    }

    /**
     * Handles n elements of a row, with a block of accumulators of its own for each {@code part} elements: blocks lie one after
     * the other from {@code oo} on. For loops with one input and nothing but accumulators, which emitted vector code overrides
     * by a loop that the JIT compiler joins with the inner one.
     */
    public void parts(MemorySegment a, long ao, MemorySegment o, long oo, LaneType type, int n, int part) {
        int block = type.accumulators() << type.dtype().shift();
        long from = ao;
        long to = oo;
        for (int left = n; left > 0; left -= part) {
            run(a, from, null, 0, null, 0, o, to, Math.min(left, part));
            from += (long) part << type.dtype().shift();
            to += block;
        }
    }
}
