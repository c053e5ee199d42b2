package org.cresset.nn;

import java.util.Arrays;
import java.util.Objects;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/** A layer and the batch normalization behind it as one layer, for evaluation. As {@code torch.nn.utils.fusion}. */
public final class Fusion {
    private Fusion() {}

    /**
     * A copy of a convolution that does what both do in evaluation mode. As {@code fuse_conv_bn_eval}.
     *
     * @param conv a convolution or transposed convolution
     * @param bn a batch normalization with running statistics
     */
    public static <L extends Layer> L fuseConvBnEval(L conv, Layer bn) {
        boolean transposed = conv instanceof ConvTransposeNd;
        if (!transposed && !(conv instanceof ConvNd)) {
            throw CressetException.value(
                    "fuse_conv_bn_eval: " + conv.getClass().getSimpleName() + " is not a convolution");
        }
        return fused("fuse_conv_bn_eval", conv, bn, transposed ? 1 : 0);
    }

    /** A copy of a linear layer that does what both do in evaluation mode. As {@code fuse_linear_bn_eval}. */
    public static Linear fuseLinearBnEval(Linear linear, Layer bn) {
        return fused("fuse_linear_bn_eval", linear, bn, 0);
    }

    private static <L extends Layer> L fused(String name, L layer, Layer bn, int outDim) {
        if (!(bn instanceof BatchNormBase b) || b.runningMean == null || b.runningVar == null) {
            throw CressetException.value(name + ": expected a batch normalization with running statistics, got " + bn);
        }
        if (layer.isTraining() || bn.isTraining()) {
            throw CressetException.runtime(name + ": both layers must be in evaluation mode");
        }
        @SuppressWarnings("unchecked") // a copy has the class of what it is a copy of
        L copy = (L) layer.deepCopy();
        Tensor weight = Objects.requireNonNull(copy.own("weight"));
        Tensor bias = copy.own("bias");
        long groups = copy instanceof ConvTransposeNd t ? t.groups : 1;
        if (weight.size(outDim) * groups != b.runningMean.size(0)) {
            throw CressetException.runtime(name + ": " + weight.size(outDim) * groups + " output features and "
                    + b.runningMean.size(0) + " of the batch normalization");
        }
        Tensor mean = b.runningMean;
        Tensor var = b.runningVar;
        Autograd.noGrad(() -> {
            Tensor scale = var.add(b.eps).rsqrt();
            scale = b.weight == null ? scale : scale.mul(b.weight);
            Tensor shift = bias == null ? mean.neg() : bias.sub(mean);
            shift = shift.mul(scale);
            shift = b.bias == null ? shift : shift.add(b.bias);
            Tensor w;
            if (outDim == 0) {
                long[] column = new long[weight.dim()];
                Arrays.fill(column, 1);
                column[0] = -1;
                w = weight.mul(scale.reshape(column));
            } else { // (in, out / groups, ...): groups of inputs have outputs of their own
                long[] shape = weight.shape().toArray();
                long[] factor = new long[weight.dim() + 1];
                Arrays.fill(factor, 1);
                factor[0] = groups;
                factor[2] = shape[1];
                w = weight.unflatten(0, groups, shape[0] / groups)
                        .mul(scale.reshape(factor))
                        .reshape(shape);
            }
            copy.replace("weight", copy.parameter(w.detach()));
            copy.replace("bias", copy.parameter(shift.detach()));
        });
        return copy;
    }
}
