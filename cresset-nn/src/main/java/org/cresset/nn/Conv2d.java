package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Convolution of (N, C, H, W) with learned kernels. As {@code nn.Conv2d}. */
public final class Conv2d extends Layer {
    /** (outChannels, inChannels / groups, KH, KW). */
    public final Tensor weight;

    /** (outChannels), or null. */
    public final @Nullable Tensor bias;

    private final long[] stride;
    private final Object padding;
    private final long[] dilation;
    private final long groups;

    /** A square kernel, stride 1, no padding. */
    public Conv2d(long inChannels, long outChannels, long kernelSize) {
        this(inChannels, outChannels, kernelSize, 1, 0);
    }

    /** A square kernel with stride and padding. */
    public Conv2d(long inChannels, long outChannels, long kernelSize, long stride, long padding) {
        this(inChannels, outChannels, new long[] {kernelSize}, new long[] {stride}, padding, new long[] {1}, 1, true);
    }

    /** All options; {@code padding} is numbers, {@code "same"} or {@code "valid"}. PyTorch's initial values. */
    @Torch("nn.Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True)")
    public Conv2d(
            long inChannels,
            long outChannels,
            long[] kernelSize,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups,
            boolean bias) {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0) {
            throw CressetException.value("Conv2d: " + inChannels + " input and " + outChannels
                    + " output channels must be divisible by the groups, " + groups);
        }
        long[] k = kernelSize.length == 1 ? new long[] {kernelSize[0], kernelSize[0]} : kernelSize;
        weight = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, outChannels, inChannels / groups, k[0], k[1])));
        this.bias = bias ? parameter(Initial.bias(outChannels, inChannels / groups * k[0] * k[1])) : null;
        this.stride = stride.clone();
        this.padding = padding;
        this.dilation = dilation.clone();
        this.groups = groups;
    }

    @Override
    public Tensor forward(Tensor input) {
        return Functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
    }

    @Override
    protected String describe() {
        return weight.size(1) * groups + ", " + weight.size(0) + ", kernel_size=(" + weight.size(2) + ", "
                + weight.size(3) + "), stride=" + Arrays.toString(stride);
    }
}
