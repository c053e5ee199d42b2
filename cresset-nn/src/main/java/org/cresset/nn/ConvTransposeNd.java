package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** What transposed convolutions in one to three dimensions have in common. */
abstract class ConvTransposeNd extends Layer {
    /** (inChannels, outChannels / groups, kernel...). */
    public final Tensor weight;

    /** (outChannels), or null. */
    public final @Nullable Tensor bias;

    final long[] stride;
    final long[] padding;
    final long[] dilation;
    final long groups;
    private final boolean biased;
    private boolean lazy;
    private final long[] outputPadding;

    ConvTransposeNd(
            int n,
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
        String name = getClass().getSimpleName();
        if (groups < 1 || inChannels >= 0 && inChannels % groups != 0 || outChannels % groups != 0) {
            throw CressetException.value(name + ": " + inChannels + " input and " + outChannels
                    + " output channels must be divisible by the groups, " + groups);
        }
        if (!paddingMode.equals("zeros")) {
            throw CressetException.value(name + ": padding mode '" + paddingMode + "'; only zeros is possible");
        }
        long[] shape = new long[n + 2];
        shape[0] = Math.max(0, inChannels);
        shape[1] = outChannels / groups;
        System.arraycopy(Shapes.spread(name, "kernel size", kernelSize, n), 0, shape, 2, n);
        lazy = inChannels < 0;
        biased = bias;
        if (lazy) {
            weight = Tensor.empty(DType.FLOAT32, shape);
            this.bias = null;
        } else {
            weight = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, shape)));
            this.bias = bias ? parameter(Initial.bias(outChannels, Initial.fanIn(weight))) : null;
        }
        this.stride = Shapes.spread(name, "stride", stride, n);
        this.padding = Shapes.spread(name, "padding", padding, n);
        this.outputPadding = Shapes.spread(name, "output padding", outputPadding, n);
        this.dilation = Shapes.spread(name, "dilation", dilation, n);
        this.groups = groups;
    }

    /** Makes what a lazy convolution was constructed without. */
    final void materialize(long inChannels) {
        if (!lazy) {
            return;
        }
        lazy = false;
        long[] shape = weight.shape().toArray();
        shape[0] = inChannels;
        Tensor w = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, shape)));
        replace("weight", w);
        replace("bias", biased ? parameter(Initial.bias(shape[1] * groups, Initial.fanIn(w))) : null);
    }

    abstract Tensor transposed(Tensor input, long[] outputPadding);

    @Override
    protected Tensor compute(Tensor input) {
        return transposed(input, outputPadding);
    }

    /** With an output of given spatial sizes, since a stride allows several. */
    @Torch("forward(input, output_size=None)")
    public Tensor forward(Tensor input, long @Nullable [] outputSize) {
        if (outputSize == null) {
            return forward(input);
        }
        int n = stride.length;
        long[] extra = new long[n];
        for (int d = 0; d < n; d++) {
            long size = outputSize[outputSize.length - n + d];
            long least = (input.size(input.dim() - n + d) - 1) * stride[d]
                    - 2 * padding[d]
                    + dilation[d] * (weight.size(d + 2) - 1)
                    + 1;
            extra[d] = size - least;
            if (extra[d] < 0 || extra[d] >= stride[d]) {
                throw CressetException.value(getClass().getSimpleName() + ": output size " + Arrays.toString(outputSize)
                        + " for input " + input.shape() + "; expected from " + least + " to "
                        + (least + stride[d] - 1) + " in dimension " + d);
            }
        }
        return transposed(input, extra);
    }

    @Override
    protected String describe() {
        long[] kernel = Arrays.copyOfRange(weight.shape().toArray(), 2, weight.dim());
        return weight.size(0) + ", " + weight.size(1) * groups + ", kernel_size=" + Shapes.tuple(kernel) + ", stride="
                + Shapes.tuple(stride) + (groups == 1 ? "" : ", groups=" + groups)
                + (bias == null ? ", bias=False" : "");
    }
}
