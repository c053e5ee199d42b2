package org.cresset.emit;

import java.lang.foreign.MemorySegment;
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
