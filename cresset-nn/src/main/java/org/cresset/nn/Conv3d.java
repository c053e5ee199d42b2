package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Convolution of (N, C, D, H, W) or (C, D, H, W) with learned kernels. As {@code nn.Conv3d}, with its initial values. */
public class Conv3d extends ConvNd {
    /** A kernel of one size in all dimensions, stride 1, no padding. */
    public Conv3d(long inChannels, long outChannels, long kernelSize) {
        this(inChannels, outChannels, kernelSize, 1, 0);
    }

    /** A kernel of one size in all dimensions, with stride and padding. */
    public Conv3d(long inChannels, long outChannels, long kernelSize, long stride, long padding) {
        this(inChannels, outChannels, kernelSize, stride, padding, true);
    }

    /** A kernel of one size in all dimensions, with or without bias. */
    public Conv3d(long inChannels, long outChannels, long kernelSize, long stride, long padding, boolean bias) {
        this(
                inChannels,
                outChannels,
                new long[] {kernelSize},
                new long[] {stride},
                padding,
                new long[] {1},
                1,
                bias,
                "zeros");
    }

    /**
     * All options.
     *
     * @param padding a number, numbers by dimension, {@code "same"} or {@code "valid"}
     * @param paddingMode zeros, reflect, replicate or circular
     */
    @Torch(
            "nn.Conv3d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros')")
    public Conv3d(
            long inChannels,
            long outChannels,
            long[] kernelSize,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups,
            boolean bias,
            String paddingMode) {
        super(3, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.conv3d(padded(input), weight, bias, stride, paddingLeft(), dilation, groups);
    }
}
