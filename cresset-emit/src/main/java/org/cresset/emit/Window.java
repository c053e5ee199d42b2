package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Pieces of memory as segments of one kind, for emitted loops. */
public final class Window {
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Window() {}

    /**
     * The memory of {@code bytes} from {@code offset} of a native segment on.
     *
     * @throws IndexOutOfBoundsException if it doesn't lie inside
     * @throws IllegalArgumentException if the segment is one of the Java heap
     */
    public static MemorySegment of(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a loop over memory of the Java heap");
        }
        return MEMORY.asSlice(segment.address() + offset, bytes);
    }

    /** The number at a place in bytes. */
    public static float get(MemorySegment window, long place) {
        return window.get(ValueLayout.JAVA_FLOAT_UNALIGNED, place);
    }

    /** Writes a number to a place in bytes. */
    public static void put(MemorySegment window, long place, float value) {
        window.set(ValueLayout.JAVA_FLOAT_UNALIGNED, place, value);
    }
}
