package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@link ConvTranspose3d} that learns the number of input channels from its first input. As {@code nn.LazyConvTranspose3d}. */
public final class LazyConvTranspose3d extends ConvTranspose3d {
    /** A kernel of one size in all dimensions, stride 1, no padding. */
    public LazyConvTranspose3d(long outChannels, long kernelSize) {
        this(
                outChannels,
                new long[] {kernelSize},
                new long[] {1},
                new long[] {0},
                new long[] {0},
                1,
                true,
                new long[] {1},
                "zeros");
    }

    /** All options. */
    @Torch(
            "nn.LazyConvTranspose3d(out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros')")
    public LazyConvTranspose3d(
            long outChannels,
            long[] kernelSize,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            boolean bias,
            long[] dilation,
            String paddingMode) {
        super(-1, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, paddingMode);
    }

    @Override
    protected Tensor compute(Tensor input) {
        materialize(input.size(input.dim() - 4));
        return super.compute(input);
    }

    @Override
    void prepareToLoad(Map<String, Tensor> state, String prefix) {
        Tensor w = state.get(prefix + "weight");
        if (w != null && w.dim() == 5) {
            materialize(w.size(0));
        }
    }
}
