package org.cresset.nn.functional;

import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.op.ComplexViews;
import org.cresset.op.Convolution;
import org.cresset.op.Matmul;
import org.cresset.op.None;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Linear maps and convolutions. Static members are reached through {@link Functional}. */
abstract class ConvolutionFunctions extends DropoutFunctions {
    ConvolutionFunctions() {}

    /** {@code input weightᵀ + bias}: input (..., in), weight (out, in), bias (out) or null. As {@code linear}. */
    @Torch("nn.functional.linear(input, weight, bias=None)")
    public static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias) {
        return Matmul.linear(input, weight, bias);
    }

    /** {@code input1ᵀ weight input2 + bias}: (..., in1), (..., in2), weight (out, in1, in2). As {@code bilinear}. */
    @Torch("nn.functional.bilinear(input1, input2, weight, bias=None)")
    public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, @Nullable Tensor bias) {
        if (weight.dim() != 3 || input1.size(-1) != weight.size(1) || input2.size(-1) != weight.size(2)) {
            throw CressetException.runtime("bilinear: inputs " + input1.shape() + " and " + input2.shape()
                    + " and weight " + weight.shape() + "; expected (..., in1), (..., in2) and (out, in1, in2)");
        }
        long out = weight.size(0);
        long[] dims = input1.shape().toArray();
        Tensor a = input1.reshape(-1, input1.size(-1));
        Tensor b = input2.reshape(-1, input2.size(-1));
        // (N, in1) (in1, out in2) -> (N, out, in2), times (N, in2, 1),
        // in the precision of the operands also where products have less.
        Tensor y = Precision.ANY
                .applyAll(
                        x -> {
                            Tensor w = x[2].permute(1, 0, 2).reshape(weight.size(1), out * weight.size(2));
                            Tensor p = x[0].matmul(w).reshape(-1, out, weight.size(2));
                            return new Tensor[] {p.matmul(x[1].unsqueeze(-1)).squeeze(-1)};
                        },
                        a,
                        b,
                        weight)[0];
        dims[dims.length - 1] = out;
        y = y.reshape(dims);
        return bias == null ? y : y.add(bias);
    }

    /** Input (N, C, L) or (C, L), weight (O, C / groups, K). As {@code conv1d}. */
    @Torch("nn.functional.conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)")
    public static Tensor conv1d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups) {
        return convolve("conv1d", 1, input, weight, bias, stride, padding, dilation, groups);
    }

    /** Input (N, C, H, W) or (C, H, W), weight (O, C / groups, KH, KW). As {@code conv2d}. */
    @Torch("nn.functional.conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)")
    public static Tensor conv2d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups) {
        return convolve("conv2d", 2, input, weight, bias, stride, padding, dilation, groups);
    }

    /** Stride 1, no padding. */
    public static Tensor conv2d(Tensor input, Tensor weight, @Nullable Tensor bias) {
        return conv2d(input, weight, bias, new long[] {1}, 0L, new long[] {1}, 1);
    }

    /** Input (N, C, D, H, W) or (C, D, H, W), weight (O, C / groups, KD, KH, KW). As {@code conv3d}. */
    @Torch("nn.functional.conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)")
    public static Tensor conv3d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups) {
        return convolve("conv3d", 3, input, weight, bias, stride, padding, dilation, groups);
    }

    /** Input (N, C, L), weight (C, O / groups, K). As {@code conv_transpose1d}. */
    @Torch(
            "nn.functional.conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)")
    public static Tensor convTranspose1d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            long[] dilation) {
        return transposed("conv_transpose1d", 1, input, weight, bias, stride, padding, outputPadding, groups, dilation);
    }

    /** Input (N, C, H, W), weight (C, O / groups, KH, KW). As {@code conv_transpose2d}. */
    @Torch(
            "nn.functional.conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)")
    public static Tensor convTranspose2d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            long[] dilation) {
        return transposed("conv_transpose2d", 2, input, weight, bias, stride, padding, outputPadding, groups, dilation);
    }

    /** Input (N, C, D, H, W), weight (C, O / groups, KD, KH, KW). As {@code conv_transpose3d}. */
    @Torch(
            "nn.functional.conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)")
    public static Tensor convTranspose3d(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            long[] dilation) {
        return transposed("conv_transpose3d", 3, input, weight, bias, stride, padding, outputPadding, groups, dilation);
    }

    /** One number stands for all dimensions. */
    static long[] spread(String name, String what, long[] given, int n) {
        if (given.length == n) {
            return given;
        }
        if (given.length != 1) {
            throw CressetException.runtime(
                    name + ": " + what + " " + Arrays.toString(given) + "; expected 1 or " + n + " numbers");
        }
        long[] all = new long[n];
        Arrays.fill(all, given[0]);
        return all;
    }

    private static Tensor convolve(
            String name,
            int n,
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            Object padding,
            long[] dilation,
            long groups) {
        if (input.dtype() != weight.dtype() || bias != null && bias.dtype() != input.dtype()) {
            throw CressetException.runtime(name + ": input " + input.dtype() + ", weight " + weight.dtype()
                    + (bias == null ? "" : ", bias " + bias.dtype()) + "; expected one dtype");
        }
        Tensor x = withBatch(name, n, input, weight);
        long[] s = spread(name, "stride", stride, n);
        long[] d = spread(name, "dilation", dilation, n);
        long[] low = new long[n];
        long[] high = new long[n];
        switch (padding) {
            case String p when p.equals("valid") -> {}
            case String p
            when p.equals("same") -> {
                for (int i = 0; i < n; i++) {
                    if (s[i] != 1) {
                        throw CressetException.runtime(
                                name + ": padding 'same' needs stride 1, not " + Arrays.toString(s));
                    }
                    long total = d[i] * (weight.size(i + 2) - 1);
                    low[i] = total / 2;
                    high[i] = total - low[i];
                }
            }
            case Number p -> {
                Arrays.fill(low, p.longValue());
                Arrays.fill(high, p.longValue());
            }
            case List<?> p -> {
                low = spread(
                        name,
                        "padding",
                        p.stream().mapToLong(v -> ((Number) v).longValue()).toArray(),
                        n);
                high = low;
            }
            case long[] p -> {
                low = spread(name, "padding", p, n);
                high = low;
            }
            default ->
                throw CressetException.runtime(name + ": padding " + padding + "; expected numbers, 'valid' or 'same'");
        }
        for (long p : low) {
            if (p < 0) {
                throw CressetException.runtime(name + ": negative padding " + Arrays.toString(low));
            }
        }
        long[] before = low;
        long[] after = high;
        Tensor y =
                byParts(x, weight, bias, (a, w, b) -> Convolution.convolve(name, a, w, b, s, before, after, d, groups));
        return input.dim() == n + 1 ? y.squeeze(0) : y;
    }

    private static Tensor transposed(
            String name,
            int n,
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            long[] stride,
            long[] padding,
            long[] outputPadding,
            long groups,
            long[] dilation) {
        Tensor x = withBatch(name, n, input, weight);
        long[] s = spread(name, "stride", stride, n);
        long[] p = spread(name, "padding", padding, n);
        long[] o = spread(name, "output padding", outputPadding, n);
        long[] d = spread(name, "dilation", dilation, n);
        Tensor y = byParts(x, weight, bias, (a, w, b) -> Convolution.transposed(name, a, w, b, s, p, o, groups, d));
        return input.dim() == n + 1 ? y.squeeze(0) : y;
    }

    private static Tensor withBatch(String name, int n, Tensor input, Tensor weight) {
        if (input.dim() != n + 2 && input.dim() != n + 1 || weight.dim() != n + 2) {
            throw CressetException.runtime(name + ": input " + input.shape() + " and weight " + weight.shape()
                    + "; expected " + (n + 1) + " or " + (n + 2) + " dimensions and a weight of " + (n + 2));
        }
        return input.dim() == n + 1 ? input.unsqueeze(0) : input;
    }

    private interface Linear {
        Tensor of(Tensor x, Tensor w, @Nullable Tensor b);
    }

    /** Convolution of complex numbers from that of their parts. */
    private static Tensor byParts(Tensor x, Tensor w, @Nullable Tensor b, Linear f) {
        if (!x.dtype().isComplex()) {
            return f.of(x, w, b);
        }
        Tensor re = f.of(x.real(), w.real(), b == null ? null : b.real()).sub(f.of(x.imag(), w.imag(), null));
        Tensor im = f.of(x.real(), w.imag(), b == null ? null : b.imag()).add(f.of(x.imag(), w.real(), null));
        return ComplexViews.Join.OP.on(None.NONE, re, im);
    }
}
