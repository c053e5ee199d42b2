package org.cresset.emit;

import java.lang.foreign.MemorySegment;

/** A loop over any number of operands: inputs, then outputs, then accumulator blocks. Offsets are in bytes. */
public abstract class WideKernel {
    /** For emitted classes. */
    protected WideKernel() {}

    /** Handles n elements. */
    public abstract void run(MemorySegment[] segments, long[] offsets, int n);

    /**
     * Handles n elements of each of several rows. Rows that share memory do so element by element, and in turn.
     *
     * @param offsets of the first row
     * @param steps bytes from row to row, 0 or less too
     */
    public void rows(MemorySegment[] segments, long[] offsets, long[] steps, int rows, int n) {
        long[] at = offsets.clone();
        for (int r = 0; r < rows; r++) {
            run(segments, at, n);
            for (int k = 0; k < at.length; k++) {
                at[k] += steps[k];
            }
        }
    }
}
