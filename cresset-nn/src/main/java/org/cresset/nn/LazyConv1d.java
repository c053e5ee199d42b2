package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@link Conv1d} that learns the number of input channels from its first input. As {@code nn.LazyConv1d}. */
public final class LazyConv1d extends Conv1d {
    /** A kernel of one size in all dimensions, stride 1, no padding. */
    public LazyConv1d(long outChannels, long kernelSize) {
        this(outChannels, new long[] {kernelSize}, new long[] {1}, 0, new long[] {1}, 1, true, "zeros");
    }

    /** All options. */
    @Torch(
            "nn.LazyConv1d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros')")
    public LazyConv1d(
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
        materialize(input.size(input.dim() - 2));
        return super.compute(input);
    }

    @Override
    void prepareToLoad(Map<String, Tensor> state, String prefix) {
        Tensor w = state.get(prefix + "weight");
        if (w != null && w.dim() == 3) {
            materialize(w.size(1) * groups);
        }
    }
}
