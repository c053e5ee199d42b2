package org.cresset.base;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Memory from the C library: unlike an arena's it isn't cleared, and goes back to the system piece by piece. */
final class NativeMemory {
    private static final long ALIGNMENT = 64;
    private static final long HUGE_PAGE = 2 << 20;
    private static final int MADV_HUGEPAGE = 14;

    private static final @Nullable MethodHandle ALIGNED_ALLOC = find(
            "aligned_alloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final @Nullable MethodHandle FREE = find("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    private static final @Nullable MethodHandle MADVISE = System.getProperty("os.name", "")
                    .startsWith("Linux")
            ? find(
                    "madvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT))
            : null;

    private NativeMemory() {}

    private static @Nullable MethodHandle find(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> symbol = linker.defaultLookup().find(name);
        return symbol.map(s -> linker.downcallHandle(s, type)).orElse(null);
    }

    /** {@code bytes} of memory with unknown content, aligned to 64 bytes (large pieces to huge pages, and backed by them). */
    static MemorySegment allocate(long bytes) {
        if (ALIGNED_ALLOC == null || FREE == null) { // another C library: memory that stays with the process
            return Arena.global().allocate(bytes, ALIGNMENT);
        }
        long alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
        long size = (bytes + alignment - 1) & -alignment;
        try {
            MemorySegment p = (MemorySegment) ALIGNED_ALLOC.invokeExact(alignment, size);
            if (p.address() == 0) {
                throw new CressetException(
                        CressetException.Kind.MEMORY, "the system refused to give " + bytes + " bytes of memory");
            }
            if (alignment == HUGE_PAGE && MADVISE != null) {
                int ignored = (int) MADVISE.invokeExact(p, size, MADV_HUGEPAGE);
            }
            return p.reinterpret(bytes);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Gives memory from {@link #allocate} back to the system. */
    static void free(MemorySegment memory) {
        if (FREE == null || ALIGNED_ALLOC == null) {
            return;
        }
        try {
            FREE.invokeExact(memory);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
