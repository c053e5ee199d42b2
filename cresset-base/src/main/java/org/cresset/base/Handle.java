package org.cresset.base;

import java.lang.ref.PhantomReference;
import org.jspecify.annotations.Nullable;

/** Watches one storage, or a chunk of small ones, on behalf of the pool. Reachable through its block for as long as the block is in use. */
final class Handle extends PhantomReference<Object> {
    final Block block;
    final long bytes;
    final @Nullable Throwable site;

    Handle(Object owner, long bytes, Block block, Stripe stripe, @Nullable Throwable site) {
        super(owner, stripe.queue);
        this.block = block;
        this.bytes = bytes;
        this.site = site;
    }
}
