package org.cresset.base.spi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/** Memory from the C library: unlike an arena's it isn't cleared, and goes back to the system piece by piece. */
public final class NativeMemory {
    private static final long ALIGNMENT = 64;
    private static final long HUGE_PAGE = 2 << 20;
    private static final int MADV_HUGEPAGE = 14;

    private static final @Nullable NativeFunction ALIGNED_ALLOC = find("aligned_alloc");
    private static final @Nullable NativeFunction FREE = find("free");
    private static final @Nullable NativeFunction MADVISE =
            System.getProperty("os.name", "").startsWith("Linux") ? find("madvise") : null;

    private NativeMemory() {}

    private static @Nullable NativeFunction find(String name) {
        return NativeFunction.find(name).orElse(null);
    }

    /**
     * {@code bytes} of memory with unknown content, aligned to 64 bytes (large pieces to huge pages, and backed by them).
     *
     * @throws CressetException of kind MEMORY if the system has none
     */
    public static MemorySegment allocate(long bytes) {
        if (ALIGNED_ALLOC == null || FREE == null) { // another C library: memory that stays with the process
            return Arena.global().allocate(bytes, ALIGNMENT);
        }
        long alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
        long size = (bytes + alignment - 1) & -alignment;
        long address = ALIGNED_ALLOC.call(alignment, size, 0, 0);
        if (address == 0) {
            throw new CressetException(
                    CressetException.Kind.MEMORY, "the system refused to give " + bytes + " bytes of memory");
        }
        if (alignment == HUGE_PAGE && MADVISE != null) {
            MADVISE.call(address, size, MADV_HUGEPAGE, 0);
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** Gives memory from {@link #allocate} back to the system. */
    public static void free(MemorySegment memory) {
        if (FREE == null || ALIGNED_ALLOC == null) {
            return;
        }
        FREE.call(memory.address(), 0, 0, 0);
    }
}
