package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The average of each window of (N, C, L) or (C, L). As {@code nn.AvgPool1d}. */
public final class AvgPool1d extends Layer {
    private final long[] kernelSize;
    private final long @Nullable [] stride;
    private final long[] padding;
    private final boolean ceilMode;
    private final boolean countIncludePad;

    /** Windows of one size in all dimensions, side by side. */
    public AvgPool1d(long kernelSize) {
        this(new long[] {kernelSize}, null, new long[] {0}, false, true);
    }

    /** All options; {@code stride} null: that of the kernel. */
    @Torch("nn.AvgPool1d(kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True)")
    public AvgPool1d(
            long[] kernelSize, long @Nullable [] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.padding = padding.clone();
        this.ceilMode = ceilMode;
        this.countIncludePad = countIncludePad;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.avgPool1d(input, kernelSize, stride, padding, ceilMode, countIncludePad);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + Arrays.toString(kernelSize) + ", stride="
                + Arrays.toString(stride == null ? kernelSize : stride) + ", padding=" + Arrays.toString(padding);
    }
}
