package org.cresset.onednn;

import org.jspecify.annotations.Nullable;

/** A convolution primitive and what brings weights into its layout or out of it. */
final class Conv extends Cached {
    final Primitive primitive;
    final @Nullable Primitive reorder;
    final long weightBytes;

    Conv(Primitive primitive, @Nullable Primitive reorder, long weightBytes) {
        this.primitive = primitive;
        this.reorder = reorder;
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
