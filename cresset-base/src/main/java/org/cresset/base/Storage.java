package org.cresset.base;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory behind one or more tensors. Its block goes back to the pool when nothing refers to the storage any more, or
 * earlier, by {@link #free()}, where the owner knows that nothing will read it again.
 */
public final class Storage {
    private final long bytes;
    private final Device device;
    private MemorySegment segment;
    private boolean freed;
    private @Nullable Object keepAlive;

    @SuppressWarnings("UnusedVariable") // keeps the chunk alive
    private @Nullable Chunk chunk;

    /** The pool's handle on the block; null for memory that the pool doesn't own. */
    @Nullable
    Handle handle;

    /** Links the storages of a {@link MemoryScope}. */
    @Nullable
    Storage scopeNext;

    @Nullable
    MemoryScope scope;

    /** Where freed memory was allocated, in debug mode. */
    private @Nullable Throwable madeAt;

    /** See {@link #derived()}. */
    private volatile @Nullable Object derived;

    /** Counts changes in place, of all tensors that share this storage. */
    private int version;

    Storage(MemorySegment segment, long bytes, Device device) {
        this.segment = segment;
        this.bytes = bytes;
        this.device = device;
    }

    /** A slot of a chunk. */
    Storage(MemorySegment segment, long bytes, Chunk chunk) {
        this(segment, bytes, Device.CPU);
        this.chunk = chunk;
    }

    /** A storage without memory, for {@link Device#META}. */
    public static Storage meta(long bytes) {
        return new Storage(MemorySegment.NULL, bytes, Device.META);
    }

    /** Memory owned by somebody else (a mapped file, a native library's buffer), kept alive by {@code owner}. */
    public static Storage wrap(MemorySegment memory, Object owner) {
        // Rebuilt from its address, every segment that kernels meet is of one class, which keeps their loops fast.
        MemorySegment plain =
                memory.isMapped() ? MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize()) : memory;
        Storage s = new Storage(plain, memory.byteSize(), Device.CPU);
        s.keepAlive = owner;
        return s;
    }

    /**
     * The memory.
     *
     * @throws CressetException after {@link #free()}, which native code would not notice
     */
    public MemorySegment segment() {
        if (freed) {
            throw refused();
        }
        return segment;
    }

    private CressetException refused() {
        String message = "the memory of a tensor was used after it was freed: it was made in a MemoryScope that has"
                + " ended; make it outside, or call keep() on its storage";
        return madeAt == null
                ? CressetException.runtime(message + " (-Dcresset.memory.debug=true tells where it was made)")
                : new CressetException(CressetException.Kind.RUNTIME, message + "; made where the cause says", madeAt);
    }

    /** Size in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Where the memory lies. */
    public Device device() {
        return device;
    }

    /** Number of changes in place so far. */
    public int version() {
        return version;
    }

    /**
     * What {@link #derive} was given last: something that a kernel made of this memory to have it at hand at its next call, as a
     * weight in a library's order. It goes when the storage goes; whoever asks for it compares {@link #version()} with that at
     * which it was made.
     */
    public @Nullable Object derived() {
        return derived;
    }

    /** Keeps something for {@link #derived()}; not beside wrapped memory, which its owner may change without a word. */
    public void derive(Object made) {
        if (!isWrapped()) {
            derived = made;
        }
    }

    /** To be called at each change in place. */
    public void bumpVersion() {
        version++;
    }

    /** Whether {@link #free()} has been called. */
    public boolean isFreed() {
        return freed;
    }

    /** Whether something besides the pool owns the memory. */
    public boolean isWrapped() {
        return keepAlive != null;
    }

    /** Gives the memory back to the pool at once. Any later access to it through this storage throws. */
    public void free() {
        Handle h = handle;
        if (h != null) {
            handle = null;
            madeAt = h.site;
            segment = FREED;
            freed = true;
            Memory.release(h);
        }
    }

    /** Takes this storage out of the {@link MemoryScope} it was made in: it outlives the scope. */
    public void keep() {
        scope = null;
    }

    /** Zero bytes long, so that any access fails its bounds check. */
    private static final MemorySegment FREED = MemorySegment.ofAddress(64);
}
