package org.cresset.emit;

import java.lang.foreign.MemorySegment;

/** A loop over several rows of elements in native memory, emitted of a {@link GridLoop}. */
public abstract class MemoryGridKernel {
    /** For emitted classes. */
    protected MemoryGridKernel() {}

    /**
     * Handles {@code rows} rows of n elements. No element may be written by one row that another reads.
     *
     * @param places the memory of each operand, inputs first, then outputs
     * @param offsets where each of them begins, in bytes
     * @param steps how far it is from a row to the next, for each group of operands, in elements
     */
    public abstract void run(MemorySegment[] places, long[] offsets, int[] steps, int rows, int n);
}
