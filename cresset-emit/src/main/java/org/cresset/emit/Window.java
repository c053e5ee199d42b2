package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * How loops reach memory. Of a segment that comes as an argument the compiler would have to ask its class, its session and its
 * bounds at each access, which takes longer than the arithmetic. Of a window made in the loop's method it knows class and
 * session; of an address in {@link #MEMORY} the bounds too, so what emitted loops touch is checked before they begin.
 */
public final class Window {
    /** All memory, for emitted loops alone: nothing checks what is done with it. */
    public static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /**
     * All bits that an address can have. The JIT compiler learns from them that an address and some billions aren't beyond
     * {@link #MEMORY}, and that there is nothing to check.
     */
    static final long ADDRESSES = Long.MAX_VALUE >>> 1;

    private Window() {}

    /**
     * The memory of {@code bytes} from {@code offset} of a native segment on.
     *
     * @throws IndexOutOfBoundsException if it doesn't lie inside
     * @throws IllegalArgumentException if the segment is one of the Java heap
     */
    public static MemorySegment of(MemorySegment segment, long offset, long bytes) {
        return MEMORY.asSlice(address(segment, offset, bytes), bytes);
    }

    /**
     * The address of the {@code bytes} from {@code offset} of a native segment on.
     *
     * @throws IndexOutOfBoundsException if they don't lie inside
     * @throws IllegalArgumentException if the segment is one of the Java heap
     */
    public static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a loop over memory of the Java heap");
        }
        return known(segment.address() + offset);
    }

    /** The same address, of which the JIT compiler now knows that it isn't beyond {@link #MEMORY}, nor some elements more. */
    public static long known(long address) {
        return address & ADDRESSES;
    }

    /**
     * The address of the lowest of {@code rows} rows of n elements, {@code step} elements from each other; the first one is
     * {@code offset} bytes from where the segment begins.
     *
     * @throws IndexOutOfBoundsException if they don't lie inside
     * @throws IllegalArgumentException if the segment is one of the Java heap
     */
    static long rows(MemorySegment segment, long offset, int step, int rows, int n, int shift) {
        long others = (rows - 1) * (long) step;
        if (Math.abs(others) + n > Integer.MAX_VALUE >> shift) { // distances in a grid are ints
            throw new IndexOutOfBoundsException(rows + " rows " + step + " elements apart");
        }
        return address(segment, offset + (Math.min(others, 0) << shift), Math.abs(others) + n << shift);
    }
}
