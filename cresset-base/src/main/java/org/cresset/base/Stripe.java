package org.cresset.base;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.cresset.base.spi.NativeMemory;
import org.jspecify.annotations.Nullable;

/** One of the pool's independent parts, so that threads seldom wait for each other. */
final class Stripe {
    static final int SLAB_BYTES = 1 << 20;
    private static final long LARGEST_IN_SLAB = 32 << 10;

    final ReferenceQueue<Object> queue = new ReferenceQueue<>();
    private final @Nullable Block[] free = new Block[SizeClasses.COUNT];
    private final List<Block> blocks = new ArrayList<>();
    private MemorySegment slab = MemorySegment.NULL;
    private long slabUsed;
    private long live;
    private long freeLarge;

    /** A block of class {@code c} that is free, or null. */
    synchronized @Nullable Block take(int c) {
        drain();
        return pop(c);
    }

    private @Nullable Block pop(int c) {
        Block b = free[c];
        if (b == null) {
            return null;
        }
        free[c] = b.next;
        b.next = null;
        live += SizeClasses.bytes(c);
        if (isLarge(c)) {
            freeLarge -= SizeClasses.bytes(c);
        }
        return b;
    }

    static boolean isLarge(int c) {
        return SizeClasses.bytes(c) > LARGEST_IN_SLAB;
    }

    /** Whether a new block of class {@code c} fits into the slab that is there. */
    synchronized boolean hasRoom(int c) {
        return slabUsed + SizeClasses.bytes(c) <= slab.byteSize();
    }

    /** A new block of class {@code c} in a slab. */
    synchronized Block carve(int c) {
        long bytes = SizeClasses.bytes(c);
        if (slabUsed + bytes > slab.byteSize()) {
            slab = NativeMemory.allocate(SLAB_BYTES);
            Memory.grow(SLAB_BYTES);
            slabUsed = 0;
        }
        Block b = new Block(slab.asSlice(slabUsed, bytes), c, this);
        slabUsed += bytes;
        live += bytes;
        blocks.add(b);
        return b;
    }

    /** A new block of its own. */
    synchronized Block add(MemorySegment segment, int c) {
        Block b = new Block(segment, c, this);
        live += segment.byteSize();
        blocks.add(b);
        return b;
    }

    /** Takes back what the garbage collector found unreachable. */
    private void drain() {
        for (Reference<?> r = queue.poll(); r != null; r = queue.poll()) {
            returned((Handle) r);
        }
    }

    /** Waits up to {@code millis} for the collector's findings; whether there were any. */
    boolean await(long millis) throws InterruptedException {
        Reference<?> r = queue.remove(millis);
        if (r == null) {
            return false;
        }
        synchronized (this) {
            returned((Handle) r);
            drain();
        }
        return true;
    }

    synchronized void release(Handle h) {
        h.clear();
        returned(h);
    }

    private void returned(Handle h) {
        Block b = h.block;
        if (b.user != h) { // already given back by hand
            return;
        }
        b.user = null;
        b.next = free[b.sizeClass];
        free[b.sizeClass] = b;
        live -= SizeClasses.bytes(b.sizeClass);
        if (isLarge(b.sizeClass)) {
            freeLarge += SizeClasses.bytes(b.sizeClass);
        }
    }

    /** Gives free large blocks back to the operating system; returns their bytes. */
    synchronized long trim() {
        drain();
        if (freeLarge == 0) {
            return 0;
        }
        long freed = 0;
        List<Block> gone = new ArrayList<>();
        for (int c = 0; c < free.length; c++) {
            if (isLarge(c)) {
                for (Block b = free[c]; b != null; b = b.next) {
                    gone.add(b);
                }
                free[c] = null;
            }
        }
        blocks.removeAll(new HashSet<>(gone));
        for (Block b : gone) {
            freed += b.segment.byteSize();
            NativeMemory.free(b.segment);
        }
        freeLarge = 0;
        return freed;
    }

    synchronized long live() {
        drain();
        return live;
    }

    /** The handles of all blocks in use. */
    synchronized List<Handle> users() {
        drain();
        List<Handle> all = new ArrayList<>();
        for (Block b : blocks) {
            if (b.user != null) {
                all.add(b.user);
            }
        }
        return all;
    }
}
