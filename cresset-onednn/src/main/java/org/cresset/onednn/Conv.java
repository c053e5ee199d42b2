package org.cresset.onednn;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A convolution primitive and what brings weights into its layout or out of it. */
final class Conv extends Cached {
    final Primitive primitive;
    final @Nullable Primitive reorder;
    final MemorySegment weightLayout;
    final long weightBytes;

    Conv(Primitive primitive, @Nullable Primitive reorder, MemorySegment weightLayout, long weightBytes) {
        this.primitive = primitive;
        this.reorder = reorder;
        this.weightLayout = weightLayout;
        this.weightBytes = weightBytes;
    }

    @Override
    void destroy() {
        primitive.close();
        if (reorder != null) {
            reorder.close();
        }
    }
}
