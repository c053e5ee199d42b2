package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** A larger or smaller (N, C, ...). As {@code nn.Upsample}. */
public final class Upsample extends Layer {
    private final long @Nullable [] size;
    private final double @Nullable [] scaleFactor;
    private final String mode;
    private final @Nullable Boolean alignCorners;
    private final @Nullable Boolean recomputeScaleFactor;

    /** By a factor; modes are those of {@code interpolate}. */
    public Upsample(double scaleFactor, String mode) {
        this(null, new double[] {scaleFactor}, mode, null, null);
    }

    /** To a size or by factors. */
    @Torch("nn.Upsample(size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None)")
    public Upsample(
            long @Nullable [] size,
            double @Nullable [] scaleFactor,
            String mode,
            @Nullable Boolean alignCorners,
            @Nullable Boolean recomputeScaleFactor) {
        this.size = size == null ? null : size.clone();
        this.scaleFactor = scaleFactor == null ? null : scaleFactor.clone();
        this.mode = mode;
        this.alignCorners = alignCorners;
        this.recomputeScaleFactor = recomputeScaleFactor;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.interpolate(input, size, scaleFactor, mode, alignCorners, recomputeScaleFactor, false);
    }

    @Override
    protected String describe() {
        return (size == null ? "scale_factor=" + Arrays.toString(scaleFactor) : "size=" + Arrays.toString(size))
                + ", mode='" + mode + "'";
    }
}
