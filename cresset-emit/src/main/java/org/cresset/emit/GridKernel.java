package org.cresset.emit;

/** A loop over several rows of elements of Java arrays, emitted of a {@link GridLoop}. */
public abstract class GridKernel {
    /** For emitted classes. */
    protected GridKernel() {}

    /**
     * Handles {@code rows} rows of n elements.
     *
     * @param rowData a {@code float[]} or {@code double[]}, by the loop's type, in which all rows lie
     * @param numbers another, in which repeated inputs lie
     * @param offsets where each operand begins, inputs first, then outputs
     * @param steps how far it is from a row to the next, for each group of operands
     */
    public abstract void run(Object rowData, Object numbers, int[] offsets, int[] steps, int rows, int n);
}
