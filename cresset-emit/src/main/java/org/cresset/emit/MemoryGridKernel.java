package org.cresset.emit;

import java.lang.foreign.MemorySegment;

/** A loop over several rows of elements in native memory, emitted of a {@link GridLoop}. */
public abstract class MemoryGridKernel {
    /** For emitted classes. */
    protected MemoryGridKernel() {}

    /**
     * Handles {@code rows} rows of n elements; no row may be written that is still to be read.
     *
     * @param from where all inputs lie
     * @param to where all outputs lie
     * @param offsets where each operand begins, inputs first, then outputs, in elements
     * @param steps how far it is from a row to the next, for each group of operands, in elements
     */
    public abstract void run(MemorySegment from, MemorySegment to, int[] offsets, int[] steps, int rows, int n);
}
