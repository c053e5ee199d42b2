package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Puts elements back where {@link MaxPool3d} found them, zero elsewhere. As {@code nn.MaxUnpool3d}. */
public final class MaxUnpool3d extends Module {
    private final long[] kernelSize;
    private final long @Nullable [] stride;
    private final long[] padding;

    /** Windows of one size in all dimensions, side by side. */
    public MaxUnpool3d(long kernelSize) {
        this(new long[] {kernelSize}, null, new long[] {0});
    }

    /** All options; {@code stride} null: that of the kernel. */
    @Torch("nn.MaxUnpool3d(kernel_size, stride=None, padding=0)")
    public MaxUnpool3d(long[] kernelSize, long @Nullable [] stride, long[] padding) {
        this.kernelSize = kernelSize.clone();
        this.stride = stride == null ? null : stride.clone();
        this.padding = padding.clone();
    }

    /** Into the smallest input that the windows come from. */
    public Tensor forward(Tensor input, Tensor indices) {
        return forward(input, indices, null);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + Arrays.toString(kernelSize);
    }

    /** Into an input of a given size, since several have as many windows. */
    @Torch("forward(input, indices, output_size=None)")
    public Tensor forward(Tensor input, Tensor indices, long @Nullable [] outputSize) {
        return Functional.maxUnpool3d(input, indices, kernelSize, stride, padding, outputSize);
    }
}
