package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The p-norm of each window of (N, C, D, H, W) or (C, D, H, W). As {@code nn.LPPool3d}. */
public final class LPPool3d extends Layer {
    private final double normType;
    private final long[] kernelSize;
    private final long @Nullable [] stride;
    private final boolean ceilMode;

    /** All options; {@code stride} null: that of the kernel. */
    @Torch("nn.LPPool3d(norm_type, kernel_size, stride=None, ceil_mode=False)")
    public LPPool3d(double normType, long[] kernelSize, long @Nullable [] stride, boolean ceilMode) {
        this.normType = normType;
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.ceilMode = ceilMode;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.lpPool3d(input, normType, kernelSize, stride, ceilMode);
    }

    @Override
    protected String describe() {
        return "norm_type=" + normType + ", kernel_size=" + Arrays.toString(kernelSize);
    }
}
