package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What convolutions in one to three dimensions have in common. */
abstract class ConvNd extends Layer {
    /** (outChannels, inChannels / groups, kernel...). */
    public final Tensor weight;

    /** (outChannels), or null. */
    public final @Nullable Tensor bias;

    final long[] stride;
    final Object padding;
    final long[] dilation;
    final long groups;
    private final boolean biased;
    private boolean lazy;
    private final String paddingMode;

    /** Widths for {@code pad}, those of the last dimension first, where padding isn't with zeros. */
    private final long[] around;

    ConvNd(
            int n,
            long inChannels,
            long outChannels,
            long[] kernelSize,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups,
            boolean bias,
            String paddingMode) {
        String name = getClass().getSimpleName();
        if (groups < 1 || inChannels >= 0 && inChannels % groups != 0 || outChannels % groups != 0) {
            throw CressetException.value(name + ": " + inChannels + " input and " + outChannels
                    + " output channels must be divisible by the groups, " + groups);
        }
        long[] k = Shapes.spread(name, "kernel size", kernelSize, n);
        long[] shape = new long[n + 2];
        shape[0] = outChannels;
        shape[1] = inChannels / groups;
        System.arraycopy(k, 0, shape, 2, n);
        lazy = inChannels < 0;
        biased = bias;
        if (lazy) {
            shape[1] = 0;
            weight = Tensor.empty(DType.FLOAT32, shape);
            this.bias = null;
        } else {
            weight = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, shape)));
            this.bias = bias ? parameter(Initial.bias(outChannels, Initial.fanIn(weight))) : null;
        }
        this.stride = Shapes.spread(name, "stride", stride, n);
        this.dilation = Shapes.spread(name, "dilation", dilation, n);
        this.groups = groups;
        this.paddingMode = paddingMode;
        this.padding = padding;
        this.around = paddingMode.equals("zeros") ? new long[0] : around(name, n, k);
    }

    /** Makes what a lazy convolution was constructed without. */
    final void materialize(long inChannels) {
        if (!lazy) {
            return;
        }
        if (inChannels % groups != 0) {
            throw CressetException.value(inChannels + " input channels must be divisible by the groups, " + groups);
        }
        lazy = false;
        long[] shape = weight.shape().toArray();
        shape[1] = inChannels / groups;
        Tensor w = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, shape)));
        replace("weight", w);
        replace("bias", biased ? parameter(Initial.bias(shape[0], Initial.fanIn(w))) : null);
    }

    private long[] around(String name, int n, long[] kernel) {
        if (!paddingMode.matches("reflect|replicate|circular")) {
            throw CressetException.value(name + ": unknown padding mode '" + paddingMode
                    + "'; expected zeros, reflect, replicate or circular");
        }
        long[] p = new long[2 * n];
        for (int d = 0; d < n; d++) {
            int i = 2 * (n - 1 - d);
            if (padding instanceof String s) {
                long total = s.equals("same") ? dilation[d] * (kernel[d] - 1) : 0;
                p[i] = total / 2;
                p[i + 1] = total - total / 2;
            } else {
                long[] all = padding instanceof Number one
                        ? new long[] {one.longValue()}
                        : Shapes.longs(name, "padding", padding);
                p[i] = Shapes.spread(name, "padding", all, n)[d];
                p[i + 1] = p[i];
            }
        }
        return p;
    }

    /** The input and the padding that is left to the convolution. */
    final Tensor padded(Tensor input) {
        return around.length == 0 ? input : Functional.pad(input, around, paddingMode, null);
    }

    final Object paddingLeft() {
        return around.length == 0 ? padding : new long[] {0};
    }

    @Override
    protected String describe() {
        long[] kernel = Arrays.copyOfRange(weight.shape().toArray(), 2, weight.dim());
        return weight.size(1) * groups + ", " + weight.size(0) + ", kernel_size=" + Shapes.tuple(kernel) + ", stride="
                + Shapes.tuple(stride) + (groups == 1 ? "" : ", groups=" + groups)
                + (bias == null ? ", bias=False" : "");
    }
}
