package org.cresset.base;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A piece of memory that the pool hands out again and again. */
final class Block {
    final MemorySegment segment;
    final int sizeClass;
    final Stripe stripe;
    /** The next in a free list. */
    @Nullable
    Block next;
    /** The slots that a {@link Chunk} cut this block into last time. */
    MemorySegment @Nullable [] slots;
    /** Who uses the block now; null while it is free. */
    @Nullable
    Handle user;

    Block(MemorySegment segment, int sizeClass, Stripe stripe) {
        this.segment = segment;
        this.sizeClass = sizeClass;
        this.stripe = stripe;
    }
}
