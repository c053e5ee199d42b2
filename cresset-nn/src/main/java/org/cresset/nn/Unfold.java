package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The windows of (N, C, H, W) as columns: (N, C KH KW, L). As {@code nn.Unfold}. */
public final class Unfold extends Layer {
    private final long[] kernelSize;
    private final long[] dilation;
    private final long[] padding;
    private final long[] stride;

    /** All options. */
    @Torch("nn.Unfold(kernel_size, dilation=1, padding=0, stride=1)")
    public Unfold(long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        this.kernelSize = kernelSize.clone();
        this.dilation = dilation.clone();
        this.padding = padding.clone();
        this.stride = stride.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.unfold(input, kernelSize, dilation, padding, stride);
    }

    @Override
    protected String describe() {
        return "kernel_size=" + Arrays.toString(kernelSize);
    }
}
