package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Columns (N, C KH KW, L) added up where their windows lie in (N, C, H, W). As {@code nn.Fold}. */
public final class Fold extends Layer {
    private final long[] outputSize;
    private final long[] kernelSize;
    private final long[] dilation;
    private final long[] padding;
    private final long[] stride;

    /** All options. */
    @Torch("nn.Fold(output_size, kernel_size, dilation=1, padding=0, stride=1)")
    public Fold(long[] outputSize, long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        this.outputSize = outputSize.clone();
        this.kernelSize = kernelSize.clone();
        this.dilation = dilation.clone();
        this.padding = padding.clone();
        this.stride = stride.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.fold(input, outputSize, kernelSize, dilation, padding, stride);
    }

    @Override
    protected String describe() {
        return "output_size=" + Arrays.toString(outputSize) + ", kernel_size=" + Arrays.toString(kernelSize);
    }
}
