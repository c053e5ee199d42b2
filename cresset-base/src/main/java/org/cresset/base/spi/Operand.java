package org.cresset.base.spi;

import java.lang.foreign.MemorySegment;

/**
 * A tensor in memory as kernels see it.
 *
 * @param segment the memory
 * @param offset where the first element lies, in bytes
 * @param strides steps of the dimensions in elements
 */
public record Operand(MemorySegment segment, long offset, long[] strides) {
    /** The address of the first element. */
    public long address() {
        return segment.address() + offset;
    }
}
