package org.cresset.emit;

/** The scalar form of a loop over Java arrays, which emitted classes have besides the one over memory. */
public interface Tile {
    /**
     * Handles the first n elements of each row.
     *
     * @param rows an array of the loop's type for each operand: inputs (of repeated ones the first element counts), outputs,
     *     accumulators
     */
    void tile(Object[] rows, int n);
}
