package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** A larger (N, C, H, W) by linear interpolation with aligned corners. As {@code nn.UpsamplingBilinear2d}. */
public final class UpsamplingBilinear2d extends Layer {
    private final long @Nullable [] size;
    private final double @Nullable [] scaleFactor;

    /** To a size or by factors. */
    @Torch("nn.UpsamplingBilinear2d(size=None, scale_factor=None)")
    public UpsamplingBilinear2d(long @Nullable [] size, double @Nullable [] scaleFactor) {
        this.size = size == null ? null : size.clone();
        this.scaleFactor = scaleFactor == null ? null : scaleFactor.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.upsampleBilinear(input, size, scaleFactor);
    }
}
