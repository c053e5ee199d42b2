package org.cresset.emit;

import java.lang.foreign.MemorySegment;

/** A loop over any number of operands: inputs, then outputs, then accumulator blocks. Offsets are in bytes. */
public abstract class WideKernel {
    /** For emitted classes. */
    protected WideKernel() {}

    /** Handles n elements. */
    public abstract void run(MemorySegment[] segments, long[] offsets, int n);
}
