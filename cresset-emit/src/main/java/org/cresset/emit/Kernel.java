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
}
