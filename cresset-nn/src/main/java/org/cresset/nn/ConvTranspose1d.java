package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The transpose of a convolution, over (N, C, L) or (C, L): a larger output. As {@code nn.ConvTranspose1d}, with its initial values. */
public class ConvTranspose1d extends ConvTransposeNd {
    /** A kernel of one size in all dimensions, with stride. */
    public ConvTranspose1d(long inChannels, long outChannels, long kernelSize, long stride) {
        this(
                inChannels,
                outChannels,
                new long[] {kernelSize},
                new long[] {stride},
                new long[] {0},
                new long[] {0},
                1,
                true,
                new long[] {1},
                "zeros");
    }

    /** All options; {@code paddingMode} can be zeros only. */
    @Torch(
            "nn.ConvTranspose1d(in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros')")
    public ConvTranspose1d(
            long inChannels,
            long outChannels,
            long[] kernelSize,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            boolean bias,
            long[] dilation,
            String paddingMode) {
        super(
                1,
                inChannels,
                outChannels,
                kernelSize,
                stride,
                padding,
                outputPadding,
                groups,
                bias,
                dilation,
                paddingMode);
    }

    @Override
    Tensor transposed(Tensor input, long[] outputPadding) {
        return Functional.convTranspose1d(input, weight, bias, stride, padding, outputPadding, groups, dilation);
    }
}
