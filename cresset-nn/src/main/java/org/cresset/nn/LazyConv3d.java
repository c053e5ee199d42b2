package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@link Conv3d} that learns the number of input channels from its first input. As {@code nn.LazyConv3d}. */
public final class LazyConv3d extends Conv3d {
    /** A kernel of one size in all dimensions, stride 1, no padding. */
    public LazyConv3d(long outChannels, long kernelSize) {
        this(outChannels, new long[] {kernelSize}, new long[] {1}, 0, new long[] {1}, 1, true, "zeros");
    }

    /** All options. */
    @Torch(
            "nn.LazyConv3d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros')")
    public LazyConv3d(
            long outChannels,
            long[] kernelSize,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups,
            boolean bias,
            String paddingMode) {
        super(-1, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode);
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
            materialize(w.size(1) * groups);
        }
    }
}
