package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** PyTorch's low-level forms of functions of this package, which saved programs and importers call. */
public final class NativeForms {
    private NativeForms() {}

    private static Tensor wide(Tensor t) {
        return t.dtype() == DType.FLOAT16 || t.dtype() == DType.BFLOAT16 ? t.to(DType.FLOAT32) : t;
    }

    // ---- normalization: the result, the means and the reciprocal standard deviations ----

    /** As {@code torch.native_layer_norm}. */
    @Torch("native_layer_norm(input, normalized_shape, weight: Tensor, bias: Tensor, eps)")
    public static Tensor[] layerNorm(
            Tensor input, long[] normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        Tensor y = Functional.layerNorm(input, normalizedShape, weight, bias, eps);
        long[] dims = new long[normalizedShape.length];
        Arrays.setAll(dims, d -> d - dims.length);
        return statistics(y, wide(input.detach()), dims, eps, true, input.dtype());
    }

    /** As {@code torch.native_group_norm}. */
    @Torch("native_group_norm(input, weight: Tensor, bias: Tensor, N, C, HxW, group, eps)")
    public static Tensor[] groupNorm(
            Tensor input,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            long n,
            long c,
            long hxw,
            long group,
            double eps) {
        if (input.numel() != n * c * hxw) {
            throw CressetException.runtime(
                    "native_group_norm: input " + input.shape() + " for " + n + " x " + c + " x " + hxw + " elements");
        }
        Tensor x = wide(input);
        Tensor w = weight == null ? null : wide(weight);
        Tensor y = Functional.groupNorm(x, group, w, bias == null ? null : wide(bias), eps)
                .to(input.dtype());
        Tensor rows = x.reshape(n, group, c / Math.max(group, 1) * hxw);
        return statistics(y, rows, new long[] {-1}, eps, false, input.dtype());
    }

    private static Tensor[] statistics(Tensor y, Tensor x, long[] dims, double eps, boolean keep, DType t) {
        Tensor mean = x.mean(dims, true);
        Tensor rstd = x.sub(mean).square().mean(dims, keep).add(eps).rsqrt();
        return new Tensor[] {y, (keep ? mean : mean.squeeze(dims)).to(t), rstd.to(t)};
    }

    /** As {@code torch.native_batch_norm}. */
    @Torch({
        "native_batch_norm(input, weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor, training, momentum, eps)",
        "_native_batch_norm_legit(input, weight: Tensor, bias: Tensor, running_mean: Tensor, running_var: Tensor, training, momentum, eps)"
    })
    public static Tensor[] batchNorm(
            Tensor input,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor runningMean,
            @Nullable Tensor runningVar,
            boolean training,
            double momentum,
            double eps) {
        if (!training) {
            Tensor y = Functional.batchNorm(input, runningMean, runningVar, weight, bias, false, momentum, eps);
            return new Tensor[] {y, nothing(y, y.dtype()), nothing(y, y.dtype())};
        }
        Tensor x = wide(input.detach());
        long[] dims = new long[input.dim() - 1];
        Arrays.setAll(dims, d -> d == 0 ? 0 : d + 1);
        Tensor mean = x.mean(dims, true);
        Tensor var = x.sub(mean).square().mean(dims, true);
        Tensor flat = mean.reshape(-1);
        Tensor rstd = var.reshape(-1).add(eps).rsqrt();
        Tensor y = Functional.batchNorm(input, null, null, weight, bias, true, momentum, eps);
        move(runningMean, runningVar, flat, var.reshape(-1), x.numel() / Math.max(flat.numel(), 1), momentum);
        DType t = weight != null ? weight.dtype() : input.dtype();
        return new Tensor[] {y, flat.to(t), rstd.to(t)};
    }

    private static Tensor nothing(Tensor like, DType dtype) {
        return Dense.empty(Shape.of(0), dtype, like.device());
    }

    private static void move(@Nullable Tensor mean, @Nullable Tensor var, Tensor m, Tensor v, long n, double momentum) {
        Autograd.noGrad(() -> {
            if (mean != null) {
                mean.copy_(wide(mean).mul(1 - momentum).add(m.mul(momentum)));
            }
            if (var != null) {
                Tensor unbiased = v.mul((double) n / (n - 1));
                var.copy_(wide(var).mul(1 - momentum).add(unbiased.mul(momentum)));
            }
        });
    }

    /** Without running statistics. As {@code torch._native_batch_norm_legit}. */
    @Torch("_native_batch_norm_legit(input, weight: Tensor, bias: Tensor, training, momentum, eps)")
    public static Tensor[] batchNorm(
            Tensor input,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            boolean training,
            double momentum,
            double eps) {
        return batchNorm(input, weight, bias, null, null, training, momentum, eps);
    }

    /** Training, with an empty reserve. As {@code torch.ops.aten._batch_norm_with_update}. */
    @Torch(
            "ops.aten._batch_norm_with_update(input, weight: Tensor, bias: Tensor, running_mean, running_var, momentum, eps)")
    public static Tensor[] batchNormWithUpdate(
            Tensor input,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            Tensor runningMean,
            Tensor runningVar,
            double momentum,
            double eps) {
        Tensor[] three = batchNorm(input, weight, bias, runningMean, runningVar, true, momentum, eps);
        Tensor[] four = Arrays.copyOf(three, 4);
        four[3] = nothing(input, DType.UINT8);
        return four;
    }

    // ---- softmax and dropout ----

    /** The gradient of softmax, given its output. As {@code torch._softmax_backward_data}. */
    @Torch({
        "_softmax_backward_data(grad_output, output: Tensor, dim, input_dtype)",
        "ops.aten._softmax_backward_data(grad_output, output: Tensor, dim, input_dtype)"
    })
    public static Tensor softmaxBackward(Tensor gradOutput, Tensor output, long dim, DType inputDtype) {
        Tensor g = wide(gradOutput);
        Tensor y = wide(output);
        Tensor sum = g.mul(y).sum(new long[] {dim}, true, null);
        return g.sub(sum).mul(y).to(inputDtype);
    }

    /** Softmax that is 0 in rows of -inf. As {@code torch.ops.aten._safe_softmax}. */
    @Torch({"_safe_softmax(self, dim, dtype=None)", "ops.aten._safe_softmax.default(self, dim, dtype=None)"})
    public static Tensor safeSoftmax(Tensor self, long dim, @Nullable DType dtype) {
        Tensor nothing = self.eq(Double.NEGATIVE_INFINITY).all(new long[] {dim}, true);
        return self.maskedFill(nothing, 0).softmax(dim, dtype).maskedFill(nothing, 0);
    }

    /** As {@code torch.ops.aten.native_dropout_backward}. */
    @Torch({
        "native_dropout_backward(grad_output, mask: Tensor, scale)",
        "ops.aten.native_dropout_backward.default(grad_output, mask: Tensor, scale)"
    })
    public static Tensor dropoutBackward(Tensor gradOutput, Tensor mask, double scale) {
        return gradOutput.mul(mask).mul(scale);
    }

    // ---- images ----

    /** With a constant border. As {@code torch.constant_pad_nd}. */
    @Torch("constant_pad_nd(self, pad, value=0)")
    public static Tensor constantPad(Tensor self, long[] pad, Tensor value) {
        if (!value.dtype().isComplex()) {
            return Padding.pad(self, pad, "constant", value.item());
        }
        Tensor inside = Padding.pad(Tensor.ones(self.shape(), DType.BOOL), pad, "constant", 0);
        return Tensor.where(inside, Padding.pad(self, pad, "constant", 0), value.to(self.dtype()));
    }

    /** The gradient of max pooling, given where the maxima were. As {@code torch.ops.aten.max_pool2d_with_indices_backward}. */
    @Torch({
        "max_pool2d_with_indices_backward(grad_output, self: Tensor, kernel_size, stride, padding, dilation, ceil_mode, indices: Tensor)",
        "ops.aten.max_pool2d_with_indices_backward.default(grad_output, self: Tensor, kernel_size, stride, padding, dilation, ceil_mode, indices: Tensor)"
    })
    public static Tensor maxPoolBackward(Tensor gradOutput, Tensor self, Tensor indices) {
        if (!gradOutput.shape().equals(indices.shape())) {
            throw CressetException.runtime("max_pool2d_with_indices_backward: a gradient of shape " + gradOutput.shape()
                    + " and indices of shape " + indices.shape() + "; expected one shape");
        }
        Tensor zero = Tensor.zeros(Shape.SCALAR, gradOutput.dtype())
                .expand(self.shape().toArray());
        return zero.flatten(-2)
                .scatterAdd(-1, indices.flatten(-2), gradOutput.flatten(-2))
                .reshape(self.shape().toArray());
    }

    /** Bilinear with antialiasing. As {@code torch.ops.aten._upsample_bilinear2d_aa}. */
    @Torch("ops.aten._upsample_bilinear2d_aa(input, output_size, align_corners, scale_factors=None)")
    public static Tensor upsample(
            Tensor input, long @Nullable [] outputSize, boolean alignCorners, double @Nullable [] scaleFactors) {
        return Interpolation.interpolate(input, outputSize, scaleFactors, "bilinear", alignCorners, null, true);
    }

    /** Bilinear with antialiasing, positions by given scales. As {@code torch.ops.aten._upsample_bilinear2d_aa}. */
    @Torch("ops.aten._upsample_bilinear2d_aa(self, output_size, align_corners, scales_h=None, scales_w=None)")
    public static Tensor upsample(
            Tensor self, long[] outputSize, boolean alignCorners, @Nullable Double scalesH, @Nullable Double scalesW) {
        if (outputSize.length != 2 || self.dim() != 4) {
            throw CressetException.runtime("_upsample_bilinear2d_aa: input " + self.shape() + " to "
                    + Arrays.toString(outputSize) + "; expected (N, C, H, W) and two sizes");
        }
        double[] scales = {scalesH == null ? 0 : scalesH, scalesW == null ? 0 : scalesW};
        return Interpolation.resize(self, outputSize, scales, "bilinear", alignCorners, true);
    }

    private static final String[] MODES = {"bilinear", "nearest", "bicubic"};
    private static final String[] BORDERS = {"zeros", "border", "reflection"};

    private static String name(String op, String[] names, long i) {
        if (i < 0 || i >= names.length) {
            throw CressetException.runtime(op + ": mode " + i + "; expected 0 to " + (names.length - 1));
        }
        return names[(int) i];
    }

    /** Modes by number: bilinear, nearest, bicubic; zeros, border, reflection. As {@code torch.grid_sampler_2d}. */
    @Torch({
        "grid_sampler_2d(input, grid: Tensor, interpolation_mode, padding_mode, align_corners)",
        "grid_sampler(input, grid: Tensor, interpolation_mode, padding_mode, align_corners)"
    })
    public static Tensor gridSampler2d(
            Tensor input, Tensor grid, long interpolationMode, long paddingMode, boolean alignCorners) {
        String mode = name("grid_sampler", MODES, interpolationMode);
        return GridSampling.sample(input, grid, mode, name("grid_sampler", BORDERS, paddingMode), alignCorners);
    }

    /** As {@link #gridSampler2d} of volumes. As {@code torch.grid_sampler_3d}. */
    @Torch("grid_sampler_3d(input, grid: Tensor, interpolation_mode, padding_mode, align_corners)")
    public static Tensor gridSampler3d(
            Tensor input, Tensor grid, long interpolationMode, long paddingMode, boolean alignCorners) {
        return gridSampler2d(input, grid, interpolationMode, paddingMode, alignCorners);
    }
}
