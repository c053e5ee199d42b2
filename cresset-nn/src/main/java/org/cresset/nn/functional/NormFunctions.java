package org.cresset.nn.functional;

import java.util.Arrays;
import java.util.Objects;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.BatchNorm;
import org.cresset.op.Normalize;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Normalization by statistics of batches, layers, groups and images. Static members are reached through {@link Functional}. */
abstract class NormFunctions extends PoolingFunctions {
    NormFunctions() {}

    /** Over the last dimensions, of shape {@code normalizedShape}. As {@code layer_norm} (Ba et al. 2016). */
    @Torch("nn.functional.layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05)")
    public static Tensor layerNorm(
            Tensor input, long[] normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        int k = normalizedShape.length;
        trailing("layer_norm", input, normalizedShape, weight, bias);
        if (k == 1) {
            return Normalize.rows(input, weight, bias, eps);
        }
        Tensor y = Normalize.rows(
                input.flatten(input.dim() - k),
                weight == null ? null : weight.flatten(),
                bias == null ? null : bias.flatten(),
                eps);
        return y.reshape(input.shape().toArray());
    }

    private static void trailing(
            String name, Tensor input, long[] shape, @Nullable Tensor weight, @Nullable Tensor bias) {
        int k = shape.length;
        long[] dims = input.shape().toArray();
        boolean fits = k > 0
                && k <= dims.length
                && Arrays.equals(Arrays.copyOfRange(dims, dims.length - k, dims.length), shape)
                && (weight == null || Arrays.equals(weight.shape().toArray(), shape))
                && (bias == null || Arrays.equals(bias.shape().toArray(), shape));
        if (!fits) {
            throw CressetException.runtime(name + ": input " + input.shape() + ", weight "
                    + (weight == null ? "none" : weight.shape()) + " and bias " + (bias == null ? "none" : bias.shape())
                    + "; expected the input to end with, and both others to be, " + Arrays.toString(shape));
        }
    }

    /** Divided by the root of the mean square; {@code eps} null: the dtype's. As {@code rms_norm} (Zhang and Sennrich 2019). */
    @Torch("nn.functional.rms_norm(input, normalized_shape, weight=None, eps=None)")
    public static Tensor rmsNorm(Tensor input, long[] normalizedShape, @Nullable Tensor weight, @Nullable Double eps) {
        trailing("rms_norm", input, normalizedShape, weight, null);
        long[] dims = new long[normalizedShape.length];
        for (int d = 0; d < dims.length; d++) {
            dims[d] = d - dims.length;
        }
        double e = eps == null ? input.dtype().eps() : eps;
        Tensor x = wide(input); // squares of 16-bit numbers would overflow
        Tensor y = x.mul(x.square().mean(dims, true).add(e).rsqrt());
        return (weight == null ? y : y.mul(weight)).to(input.dtype());
    }

    /**
     * By the mean and variance of each channel of (N, C, ...), those of this batch when training (which also move the running
     * ones), else the running ones. As {@code batch_norm} (Ioffe and Szegedy 2015).
     */
    @Torch(
            "nn.functional.batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05)")
    public static Tensor batchNorm(
            Tensor input,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVar,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean training,
            double momentum,
            double eps) {
        if (input.numel() == 0) {
            Tensor y = weight == null ? input.clone() : input.mul(weight.select(0, 0));
            return bias == null ? y : y.add(bias.select(0, 0));
        }
        if (input.dim() < 2) {
            throw CressetException.runtime("batch_norm: input " + input.shape() + "; expected (N, C, ...)");
        }
        long channels = input.size(1);
        for (Tensor t : new Tensor[] {runningMean, runningVar, weight, bias}) {
            if (t != null && t.numel() != channels) {
                throw CressetException.runtime("batch_norm: input " + input.shape()
                        + " with statistics or parameters of shape " + t.shape() + "; expected (" + channels + ")");
            }
        }
        if (!training && (runningMean == null || runningVar == null)) {
            throw CressetException.runtime("batch_norm: running mean and variance are needed outside training");
        }
        Tensor x = wide(input);
        if (training) {
            long n = channels == 0 ? 0 : input.numel() / channels;
            if (n == 1) {
                throw CressetException.value("batch_norm: one value for each channel in input " + input.shape()
                        + "; training needs more than one");
            }
            Tensor[] y = BatchNorm.byBatch(x, weight, bias, eps);
            if (runningMean != null && runningVar != null) {
                Tensor m = y[1].detach();
                Tensor v = y[2].detach();
                Autograd.noGrad(() -> {
                    runningMean.lerp_(m.to(runningMean.dtype()), momentum);
                    runningVar.lerp_(v.mul((double) n / (n - 1)).to(runningVar.dtype()), momentum);
                });
            }
            return y[0].to(input.dtype());
        }
        Tensor scale = Objects.requireNonNull(runningVar).add(eps).rsqrt();
        scale = weight == null ? scale : scale.mul(weight);
        Tensor shift = Objects.requireNonNull(runningMean).mul(scale).neg();
        shift = bias == null ? shift : shift.add(bias);
        return BatchNorm.affine(x, scale, shift).to(input.dtype());
    }

    /** What is computed with instead of 16-bit numbers. */
    private static Tensor wide(Tensor t) {
        return t.dtype() == DType.FLOAT16 || t.dtype() == DType.BFLOAT16 ? t.to(DType.FLOAT32) : t;
    }

    /** Each channel of each image on its own. As {@code instance_norm} (Ulyanov et al. 2016). */
    @Torch(
            "nn.functional.instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05)")
    public static Tensor instanceNorm(
            Tensor input,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVar,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean useInputStats,
            double momentum,
            double eps) {
        if (!useInputStats) {
            return batchNorm(input, runningMean, runningVar, weight, bias, false, momentum, eps);
        }
        if (input.dim() < 3) {
            throw CressetException.runtime("instance_norm: input " + input.shape() + "; expected (N, C, ...)");
        }
        long n = input.size(0);
        long c = input.size(1);
        if (n * c > 0 && input.numel() / (n * c) <= 1) {
            throw CressetException.value(
                    "instance_norm: one spatial element in input " + input.shape() + "; needs more than one");
        }
        if (runningMean != null && runningVar != null) {
            Tensor flat = input.detach().flatten(2);
            Tensor m = flat.mean(new long[] {2}, false).mean(new long[] {0}, false);
            Tensor v = flat.var(new long[] {2}, 1, false).mean(new long[] {0}, false);
            Autograd.noGrad(() -> {
                runningMean.lerp_(m, momentum);
                runningVar.lerp_(v, momentum);
            });
        }
        Tensor y = Normalize.rows(input.flatten(2), null, null, eps)
                .reshape(input.shape().toArray());
        return affine(y, weight, bias);
    }

    /** Groups of channels of (N, C, ...) together. As {@code group_norm} (Wu and He 2018). */
    @Torch("nn.functional.group_norm(input, num_groups, weight=None, bias=None, eps=1e-05)")
    public static Tensor groupNorm(
            Tensor input, long numGroups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        if (input.dim() < 2 || numGroups < 1 || input.size(1) % numGroups != 0) {
            throw CressetException.runtime("group_norm: input " + input.shape() + " in " + numGroups
                    + " groups; expected (N, C, ...) with C divisible by the groups");
        }
        if (weight != null && weight.numel() != input.size(1) || bias != null && bias.numel() != input.size(1)) {
            throw CressetException.runtime("group_norm: weight and bias must have shape (" + input.size(1) + ")");
        }
        if (input.numel() == 0) {
            return affine(input.mul(1), weight, bias);
        }
        Tensor rows = input.reshape(input.size(0), numGroups, -1);
        return affine(
                Normalize.rows(rows, null, null, eps).reshape(input.shape().toArray()), weight, bias);
    }

    private static Tensor affine(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
        long[] column = new long[y.dim() - 1];
        Arrays.fill(column, 1);
        column[0] = -1;
        Tensor z = weight == null ? y : y.mul(weight.reshape(column));
        return bias == null ? z : z.add(bias.reshape(column));
    }

    /** Divided by a power of the mean square of neighbouring channels. As {@code local_response_norm}. */
    @Torch("nn.functional.local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)")
    public static Tensor localResponseNorm(Tensor input, long size, double alpha, double beta, double k) {
        if (input.dim() < 3) {
            throw CressetException.value(
                    "local_response_norm: input " + input.shape() + "; expected (N, C, L) or more dimensions");
        }
        if (input.numel() == 0) {
            return input;
        }
        Tensor s = input.square().flatten(2);
        long[] zeros = s.shape().toArray();
        zeros[1] = size / 2;
        Tensor low = Tensor.zeros(Shape.of(zeros), s.dtype());
        zeros[1] = (size - 1) / 2;
        Tensor high = Tensor.zeros(Shape.of(zeros), s.dtype());
        Tensor mean = Tensor.cat(1, low, s, high)
                .unfold(1, size, 1)
                .sum(new long[] {-1}, false, null)
                .reshape(input.shape().toArray());
        mean = s.dtype().isDifferentiable() ? mean.div(size) : mean.floorDivide(Tensor.number(size));
        return input.div(mean.mul(alpha).add(k).pow(beta));
    }
}
