package org.cresset.nn.functional;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** PyTorch's forms of max pooling, which give the positions too if asked to. For the registry; in Java there is a method for each. */
public final class PoolingForms {
    private PoolingForms() {}

    private static final String WINDOWS =
            "(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False)";
    private static final String PARTS = "(input, output_size, return_indices=False)";
    private static final String FRACTIONS =
            "(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None)";

    /** As {@code max_pool1d}. */
    @Torch({"nn.functional.max_pool1d" + WINDOWS, "max_pool1d" + WINDOWS})
    public static Object maxPool1d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode,
            boolean returnIndices) {
        return returnIndices
                ? Functional.maxPoolWithIndices(1, input, kernelSize, stride, padding, dilation, ceilMode)
                : Functional.maxPool1d(input, kernelSize, stride, padding, dilation, ceilMode);
    }

    /** As {@code max_pool2d}. */
    @Torch({"nn.functional.max_pool2d" + WINDOWS, "max_pool2d" + WINDOWS})
    public static Object maxPool2d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode,
            boolean returnIndices) {
        return returnIndices
                ? Functional.maxPoolWithIndices(2, input, kernelSize, stride, padding, dilation, ceilMode)
                : Functional.maxPool2d(input, kernelSize, stride, padding, dilation, ceilMode);
    }

    /** As {@code max_pool3d}. */
    @Torch({"nn.functional.max_pool3d" + WINDOWS, "max_pool3d" + WINDOWS})
    public static Object maxPool3d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] stride,
            long[] padding,
            long[] dilation,
            boolean ceilMode,
            boolean returnIndices) {
        return returnIndices
                ? Functional.maxPoolWithIndices(3, input, kernelSize, stride, padding, dilation, ceilMode)
                : Functional.maxPool3d(input, kernelSize, stride, padding, dilation, ceilMode);
    }

    /** As {@code adaptive_max_pool1d}. */
    @Torch("nn.functional.adaptive_max_pool1d" + PARTS)
    public static Object adaptiveMaxPool1d(Tensor input, @Nullable Long[] outputSize, boolean returnIndices) {
        return some(Functional.adaptiveMaxPoolWithIndices(1, input, outputSize), returnIndices);
    }

    /** As {@code adaptive_max_pool2d}. */
    @Torch("nn.functional.adaptive_max_pool2d" + PARTS)
    public static Object adaptiveMaxPool2d(Tensor input, @Nullable Long[] outputSize, boolean returnIndices) {
        return some(Functional.adaptiveMaxPoolWithIndices(2, input, outputSize), returnIndices);
    }

    /** As {@code adaptive_max_pool3d}. */
    @Torch("nn.functional.adaptive_max_pool3d" + PARTS)
    public static Object adaptiveMaxPool3d(Tensor input, @Nullable Long[] outputSize, boolean returnIndices) {
        return some(Functional.adaptiveMaxPoolWithIndices(3, input, outputSize), returnIndices);
    }

    /** As {@code fractional_max_pool2d}. */
    @Torch("nn.functional.fractional_max_pool2d" + FRACTIONS)
    public static Object fractionalMaxPool2d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] outputSize,
            double @Nullable [] outputRatio,
            boolean returnIndices,
            @Nullable Tensor randomSamples) {
        return some(
                FractionalPooling.pool(2, input, kernelSize, outputSize, outputRatio, randomSamples), returnIndices);
    }

    /** As {@code fractional_max_pool3d}. */
    @Torch("nn.functional.fractional_max_pool3d" + FRACTIONS)
    public static Object fractionalMaxPool3d(
            Tensor input,
            long[] kernelSize,
            long @Nullable [] outputSize,
            double @Nullable [] outputRatio,
            boolean returnIndices,
            @Nullable Tensor randomSamples) {
        return some(
                FractionalPooling.pool(3, input, kernelSize, outputSize, outputRatio, randomSamples), returnIndices);
    }

    private static Object some(Tensor[] valuesAndIndices, boolean returnIndices) {
        return returnIndices ? (Object) valuesAndIndices : valuesAndIndices[0];
    }
}
