package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The largest of each window of (N, C, D, H, W) or (C, D, H, W). As {@code nn.MaxPool3d}; {@link #forwardWithIndices} gives the positions, too. */
public final class MaxPool3d extends Layer {
    private final long[] kernelSize;
    private final long @Nullable [] stride;
    private final long[] padding;
    private final long[] dilation;
    private final boolean returnIndices;
    private final boolean ceilMode;

    /** Windows of one size in all dimensions, side by side. */
    public MaxPool3d(long kernelSize) {
        this(new long[] {kernelSize}, null, new long[] {0}, new long[] {1}, false, false);
    }

    /** Windows of one size in all dimensions. */
    public MaxPool3d(long kernelSize, long stride, long padding) {
        this(new long[] {kernelSize}, new long[] {stride}, new long[] {padding}, new long[] {1}, false, false);
    }

    /** All options; {@code stride} null: that of the kernel. */
    @Torch("nn.MaxPool3d(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False)")
    public MaxPool3d(
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean returnIndices,
            boolean ceilMode) {
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.padding = padding.clone();
        this.dilation = dilation.clone();
        this.returnIndices = returnIndices;
        this.ceilMode = ceilMode;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.maxPool3d(input, kernelSize, stride, padding, dilation, ceilMode);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + Arrays.toString(kernelSize) + ", stride="
                + Arrays.toString(stride == null ? kernelSize : stride) + ", padding=" + Arrays.toString(padding);
    }

    /** The largest, and where they are in their image, int64: what {@link MaxUnpool3d} takes. */
    public Tensor[] forwardWithIndices(Tensor input) {
        return Functional.maxPoolWithIndices(3, input, kernelSize, stride, padding, dilation, ceilMode);
    }

    /** What PyTorch's module gives: the largest, or with {@code returnIndices} both. */
    @Torch("forward(input)")
    public Object forwardAsAsked(Tensor input) {
        return returnIndices ? forwardWithIndices(input) : forward(input);
    }
}
