package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** A larger (N, C, H, W) by repeating elements. As {@code nn.UpsamplingNearest2d}. */
public final class UpsamplingNearest2d extends Layer {
    private final long @Nullable [] size;
    private final double @Nullable [] scaleFactor;

    /** To a size or by factors. */
    @Torch("nn.UpsamplingNearest2d(size=None, scale_factor=None)")
    public UpsamplingNearest2d(long @Nullable [] size, double @Nullable [] scaleFactor) {
        this.size = size == null ? null : size.clone();
        this.scaleFactor = scaleFactor == null ? null : scaleFactor.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.upsampleNearest(input, size, scaleFactor);
    }
}
