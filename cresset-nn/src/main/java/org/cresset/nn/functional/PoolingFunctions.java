package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Pooling;
import org.cresset.op.Precision;
import org.cresset.op.Windows;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Pooling over windows of (N, C, ...) or (C, ...). Static members are reached through {@link Functional}. */
abstract class PoolingFunctions extends ConvolutionFunctions {
    PoolingFunctions() {}

    /** Kernel and stride of one size, as most nets use it. */
    public static Tensor maxPool2d(Tensor input, long kernelSize) {
        return maxPool2d(input, new long[] {kernelSize}, null, new long[] {0}, new long[] {1}, false);
    }

    /** As {@code max_pool1d}. */
    public static Tensor maxPool1d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode) {
        return Pooling.largest(input, windows("max_pool1d", 1, input, kernelSize, stride, padding, dilation, ceilMode));
    }

    /** As {@code max_pool2d}. */
    public static Tensor maxPool2d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode) {
        return Pooling.largest(input, windows("max_pool2d", 2, input, kernelSize, stride, padding, dilation, ceilMode));
    }

    /** As {@code max_pool3d}. */
    public static Tensor maxPool3d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode) {
        return Pooling.largest(input, windows("max_pool3d", 3, input, kernelSize, stride, padding, dilation, ceilMode));
    }

    /** The largest elements and their positions, counted over the {@code spatial} last dimensions. */
    public static Tensor[] maxPoolWithIndices(
            int spatial,
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode) {
        return Pooling.max(
                input,
                windows("max_pool" + spatial + "d", spatial, input, kernelSize, stride, padding, dilation, ceilMode));
    }

    private static Windows windows(
            String name,
            int n,
            Tensor input,
            long[] kernel,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceil) {
        check(name, n, input);
        long[] k = spread(name, "kernel size", kernel, n);
        long[] s = stride == null || stride.length == 0 ? k : spread(name, "stride", stride, n);
        return Windows.sliding(
                name,
                input.shape(),
                k,
                s,
                spread(name, "padding", padding, n),
                spread(name, "dilation", dilation, n),
                ceil,
                false);
    }

    private static void check(String name, int n, Tensor input) {
        if (input.dim() != n + 1 && input.dim() != n + 2) {
            throw CressetException.runtime(name + ": input " + input.dtype() + input.shape() + "; expected " + (n + 1)
                    + " or " + (n + 2) + " dimensions");
        }
        for (int d = input.dim() - n - 1; d < input.dim(); d++) {
            if (input.size(d) == 0) {
                throw CressetException.runtime(
                        name + ": input " + input.shape() + " has a dimension of size 0 besides the batch");
            }
        }
    }

    /** As {@code avg_pool1d}. */
    @Torch(
            "nn.functional.avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True)")
    public static Tensor avgPool1d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            boolean ceilMode,
            boolean countIncludePad) {
        return average("avg_pool1d", 1, input, kernelSize, stride, padding, ceilMode, countIncludePad, null);
    }

    /** As {@code avg_pool2d}. */
    @Torch(
            "nn.functional.avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)")
    public static Tensor avgPool2d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            boolean ceilMode,
            boolean countIncludePad,
            @Nullable Long divisorOverride) {
        return average("avg_pool2d", 2, input, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    /** As {@code avg_pool3d}. */
    @Torch(
            "nn.functional.avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)")
    public static Tensor avgPool3d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            boolean ceilMode,
            boolean countIncludePad,
            @Nullable Long divisorOverride) {
        return average("avg_pool3d", 3, input, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
    }

    private static Tensor average(
            String name,
            int n,
            Tensor input,
            long[] kernel,
            long @Nullable [] stride,
            long[] padding,
            boolean ceil,
            boolean countPadding,
            @Nullable Long divisor) {
        check(name, n, input);
        if (divisor != null && divisor == 0) {
            throw CressetException.runtime(name + ": a divisor of 0");
        }
        long[] k = spread(name, "kernel size", kernel, n);
        long[] s = stride == null || stride.length == 0 ? k : spread(name, "stride", stride, n);
        long[] ones = spread(name, "dilation", new long[] {1}, n);
        Windows w = Windows.sliding(
                name, input.shape(), k, s, spread(name, "padding", padding, n), ones, ceil, countPadding);
        return Pooling.average(input, w, divisor == null ? 0 : divisor);
    }

    /** As {@code adaptive_avg_pool1d}. */
    @Torch("nn.functional.adaptive_avg_pool1d(input, output_size)")
    public static Tensor adaptiveAvgPool1d(Tensor input, Long[] outputSize) {
        return Pooling.average(input, adaptive("adaptive_avg_pool1d", 1, input, outputSize), 0);
    }

    /** As {@code adaptive_avg_pool2d}; null keeps a size. */
    @Torch("nn.functional.adaptive_avg_pool2d(input, output_size)")
    public static Tensor adaptiveAvgPool2d(Tensor input, @Nullable Long[] outputSize) {
        return Pooling.average(input, adaptive("adaptive_avg_pool2d", 2, input, outputSize), 0);
    }

    /** As {@code adaptive_avg_pool3d}; null keeps a size. */
    @Torch("nn.functional.adaptive_avg_pool3d(input, output_size)")
    public static Tensor adaptiveAvgPool3d(Tensor input, @Nullable Long[] outputSize) {
        return Pooling.average(input, adaptive("adaptive_avg_pool3d", 3, input, outputSize), 0);
    }

    /** As {@code adaptive_max_pool1d}. */
    public static Tensor adaptiveMaxPool1d(Tensor input, @Nullable Long[] outputSize) {
        return adaptiveMaxPoolWithIndices(1, input, outputSize)[0];
    }

    /** As {@code adaptive_max_pool2d}. */
    public static Tensor adaptiveMaxPool2d(Tensor input, @Nullable Long[] outputSize) {
        return adaptiveMaxPoolWithIndices(2, input, outputSize)[0];
    }

    /** As {@code adaptive_max_pool3d}. */
    public static Tensor adaptiveMaxPool3d(Tensor input, @Nullable Long[] outputSize) {
        return adaptiveMaxPoolWithIndices(3, input, outputSize)[0];
    }

    /** The largest elements of a given number of parts, and their positions. */
    public static Tensor[] adaptiveMaxPoolWithIndices(int spatial, Tensor input, @Nullable Long[] outputSize) {
        return Pooling.max(input, adaptive("adaptive_max_pool" + spatial + "d", spatial, input, outputSize));
    }

    private static Windows adaptive(String name, int n, Tensor input, @Nullable Long[] outputSize) {
        if (n > 1 && input.dim() <= n) { // PyTorch looks at this before anything else, and in another way
            throw CressetException.value(
                    name + ": input " + input.shape() + "; expected " + (n + 1) + " or " + (n + 2) + " dimensions");
        }
        check(name, n, input);
        if (outputSize.length != n && outputSize.length != 1) {
            throw CressetException.runtime(
                    name + ": an output size of " + outputSize.length + " numbers; expected " + n);
        }
        long[] out = new long[n];
        for (int d = 0; d < n; d++) {
            Long o = outputSize[outputSize.length == 1 ? 0 : d];
            out[d] = o == null ? input.size(input.dim() - n + d) : o;
        }
        return Windows.adaptive(name, input.shape(), out);
    }

    /**
     * The largest elements of windows that begin at random steps, and where they are, counted over the {@code spatial} last
     * dimensions (2 or 3). As {@code fractional_max_pool2d} and {@code fractional_max_pool3d} (Graham 2014).
     *
     * @param outputSize sizes of the result; null: {@code outputRatio} times those of the input
     * @param randomSamples uniform numbers (N, C, spatial) that fix the steps; null: drawn
     */
    public static Tensor[] fractionalMaxPool(
            int spatial,
            Tensor input,
            long[] kernelSize,
            long @Nullable [] outputSize,
            double @Nullable [] outputRatio,
            @Nullable Tensor randomSamples) {
        return FractionalPooling.pool(spatial, input, kernelSize, outputSize, outputRatio, randomSamples);
    }

    /** The p-norms of windows: {@code (sum x^p)^(1/p)}. As {@code lp_pool1d}. */
    @Torch("nn.functional.lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False)")
    public static Tensor lpPool1d(
            Tensor input, double normType, long[] kernelSize, long @Nullable [] stride, boolean ceilMode) {
        return power("lp_pool1d", 1, input, normType, kernelSize, stride, ceilMode);
    }

    /** As {@code lp_pool2d}. */
    @Torch("nn.functional.lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False)")
    public static Tensor lpPool2d(
            Tensor input, double normType, long[] kernelSize, long @Nullable [] stride, boolean ceilMode) {
        return power("lp_pool2d", 2, input, normType, kernelSize, stride, ceilMode);
    }

    /** As {@code lp_pool3d}. */
    @Torch("nn.functional.lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False)")
    public static Tensor lpPool3d(
            Tensor input, double normType, long[] kernelSize, long @Nullable [] stride, boolean ceilMode) {
        return power("lp_pool3d", 3, input, normType, kernelSize, stride, ceilMode);
    }

    private static Tensor power(
            String name, int n, Tensor input, double p, long[] kernel, long @Nullable [] stride, boolean ceil) {
        long[] k = spread(name, "kernel size", kernel, n);
        long count = 1;
        for (long v : k) {
            count *= v;
        }
        Tensor y = average(name, n, input.pow(p), k, stride, new long[] {0}, ceil, true, null);
        return y.sign().mul(y.abs().relu()).mul(count).pow(1 / p);
    }

    /** Puts elements where {@code indices} say in zeros of {@code outputSize}. As {@code max_unpool1d}, {@code 2d}, {@code 3d}. */
    static Tensor unpool(String name, int n, Tensor input, Tensor indices, long[] outputSize) {
        input = Precision.FULL.of(input);
        if (!input.shape().equals(indices.shape())) {
            throw CressetException.runtime(
                    name + ": input " + input.shape() + " and indices " + indices.shape() + " must have one shape");
        }
        int lead = input.dim() - n;
        long[] dims = input.shape().toArray();
        long[] flat = new long[lead + 1];
        flat[lead] = 1;
        for (int d = 0; d < n; d++) {
            dims[lead + d] = outputSize[d];
            flat[lead] *= outputSize[d];
        }
        System.arraycopy(dims, 0, flat, 0, lead);
        Tensor zeros = Tensor.zeros(Shape.of(flat), input.dtype());
        return zeros.scatter(lead, indices.flatten(lead), input.flatten(lead)).reshape(dims);
    }

    /** As {@code max_unpool1d}; {@code outputSize} null: as pooling with these sizes would have had it. */
    @Torch("nn.functional.max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None)")
    public static Tensor maxUnpool1d(
            Tensor input,
            Tensor indices,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long @Nullable [] outputSize) {
        return unpool("max_unpool1d", 1, input, indices, kernelSize, stride, padding, outputSize);
    }

    /** As {@code max_unpool2d}. */
    @Torch("nn.functional.max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None)")
    public static Tensor maxUnpool2d(
            Tensor input,
            Tensor indices,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long @Nullable [] outputSize) {
        return unpool("max_unpool2d", 2, input, indices, kernelSize, stride, padding, outputSize);
    }

    /** As {@code max_unpool3d}. */
    @Torch("nn.functional.max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None)")
    public static Tensor maxUnpool3d(
            Tensor input,
            Tensor indices,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long @Nullable [] outputSize) {
        return unpool("max_unpool3d", 3, input, indices, kernelSize, stride, padding, outputSize);
    }

    private static Tensor unpool(
            String name,
            int n,
            Tensor input,
            Tensor indices,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long @Nullable [] outputSize) {
        long[] k = spread(name, "kernel size", kernelSize, n);
        long[] s = stride == null || stride.length == 0 ? k : spread(name, "stride", stride, n);
        long[] p = spread(name, "padding", padding, n);
        long[] out = new long[n];
        for (int d = 0; d < n; d++) {
            out[d] = outputSize != null
                    ? outputSize[outputSize.length - n + d]
                    : (input.size(input.dim() - n + d) - 1) * s[d] - 2 * p[d] + k[d];
        }
        return unpool(name, n, input, indices, out);
    }
}
