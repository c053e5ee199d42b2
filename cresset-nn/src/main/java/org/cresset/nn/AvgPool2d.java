package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The average of each window of (N, C, H, W) or (C, H, W). As {@code nn.AvgPool2d}. */
public final class AvgPool2d extends Layer {
    private final long[] kernelSize;
    private final long @Nullable [] stride;
    private final long[] padding;
    private final boolean ceilMode;
    private final boolean countIncludePad;
    private final @Nullable Long divisorOverride;

    /** Windows of one size in all dimensions, side by side. */
    public AvgPool2d(long kernelSize) {
        this(new long[] {kernelSize}, null, new long[] {0}, false, true, null);
    }

    /** All options; {@code stride} null: that of the kernel. */
    @Torch(
            "nn.AvgPool2d(kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)")
    public AvgPool2d(
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            boolean ceilMode,
            boolean countIncludePad,
            @Nullable Long divisorOverride) {
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.padding = padding.clone();
        this.ceilMode = ceilMode;
        this.countIncludePad = countIncludePad;
        this.divisorOverride = divisorOverride;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.avgPool2d(input, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + Arrays.toString(kernelSize) + ", stride="
                + Arrays.toString(stride == null ? kernelSize : stride) + ", padding=" + Arrays.toString(padding);
    }
}
