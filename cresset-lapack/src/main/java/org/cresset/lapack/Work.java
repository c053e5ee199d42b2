package org.cresset.lapack;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;

/** Memory that a routine works in, from the pool and back to it at the end of the call. */
final class Work implements AutoCloseable {
    private final Storage storage;
    private final DType type;

    private Work(long bytes, DType type) {
        storage = Memory.allocate(Math.max(64, bytes));
        this.type = type;
    }

    static Work of(DType type, long elements) {
        return new Work(Math.multiplyExact(elements, (long) type.size()), type);
    }

    static Work ints(long elements) {
        return of(DType.INT32, elements);
    }

    long address() {
        return storage.segment().address();
    }

    /** The first number, where routines write how much memory they would like. */
    int wish() {
        MemorySegment m = storage.segment();
        return switch (type) {
            case FLOAT32, COMPLEX64 -> (int) Math.ceil(Math.nextUp(m.get(ValueLayout.JAVA_FLOAT, 0)));
            case INT32 -> m.get(ValueLayout.JAVA_INT, 0);
            default -> (int) Math.ceil(m.get(ValueLayout.JAVA_DOUBLE, 0));
        };
    }

    /** Sets all to 0. */
    void clear() {
        storage.segment().fill((byte) 0);
    }

    @Override
    public void close() {
        storage.free();
    }
}
