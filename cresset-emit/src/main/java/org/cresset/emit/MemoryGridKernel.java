package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A loop over several rows of elements in native memory, emitted of a {@link GridLoop}. */
public abstract class MemoryGridKernel {
    private static final float[] NO_NUMBERS = {};

    /** For emitted classes. */
    protected MemoryGridKernel() {}

    /**
     * Handles {@code rows} rows of n elements, one after the other: a row may read what the same element of one before has written.
     *
     * @param places the memory of each operand, inputs first, then outputs; null for repeated inputs
     * @param offsets where each of them begins, in bytes
     * @param steps how far it is from a row to the next, for each group of operands, in elements
     * @param numbers a {@code float[]} or {@code double[]}, by the loop's type: from its beginning on the repeated inputs of
     *     each row, one after the other
     */
    public abstract void run(
            @Nullable MemorySegment[] places, long[] offsets, int[] steps, int rows, int n, Object numbers);

    /** The same of a loop in float32 that has no repeated inputs. */
    public final void run(MemorySegment[] places, long[] offsets, int[] steps, int rows, int n) {
        run(places, offsets, steps, rows, n, NO_NUMBERS);
    }

    /**
     * The address of each operand's row that lies lowest, after a check of all rows: for all operands together, because what
     * the JIT compiler inlines for each of thirty is too much for it.
     *
     * @param groups for each operand the number of its group, as a char
     */
    protected static long[] addresses(
            @Nullable MemorySegment[] places, long[] offsets, int[] steps, String groups, int rows, int n, int shift) {
        long[] addresses = new long[groups.length()];
        for (int k = 0; k < addresses.length; k++) {
            MemorySegment place = places[k];
            if (place != null) {
                addresses[k] = Window.rows(place, offsets[k], steps[groups.charAt(k)], rows, n, shift);
            }
        }
        return addresses;
    }
}
