package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Small pieces of memory that belong to a thread. */
final class Scratch {
    private static final ThreadLocal<MemorySegment> ACCUMULATORS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(1024, 128));

    private Scratch() {}

    /** Eight blocks of a reduction's accumulators. */
    static MemorySegment accumulators() {
        return ACCUMULATORS.get();
    }
}
