package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The largest of windows whose places are drawn at random, from (N, C, H, W) or (C, H, W) (Graham 2014). As {@code nn.FractionalMaxPool2d}. */
public final class FractionalMaxPool2d extends Layer {
    private final long[] kernelSize;
    private final long @Nullable [] outputSize;
    private final double @Nullable [] outputRatio;
    private final boolean returnIndices;

    @Key("_random_samples")
    private final @Nullable Tensor randomSamples;

    /** To a part of the size, for example 0.5. */
    public FractionalMaxPool2d(long kernelSize, double outputRatio) {
        this(new long[] {kernelSize}, null, new double[] {outputRatio}, false, null);
    }

    /** All options: either the size of the result or its ratio to that of the input; {@code randomSamples} (N, C, 2) null: drawn at each call. */
    @Torch(
            "nn.FractionalMaxPool2d(kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None)")
    public FractionalMaxPool2d(
            long[] kernelSize,
            long @Nullable [] outputSize,
            double @Nullable [] outputRatio,
            boolean returnIndices,
            @Nullable Tensor randomSamples) {
        if (outputSize == null == (outputRatio == null)) {
            throw CressetException.value("FractionalMaxPool2d: give either an output size or an output ratio");
        }
        for (double r : outputRatio == null ? new double[0] : outputRatio) {
            if (!(r > 0 && r < 1)) {
                throw CressetException.value("FractionalMaxPool2d: output ratio " + r + "; expected between 0 and 1");
            }
        }
        for (long k : kernelSize) {
            if (k < 1) {
                throw CressetException.value("FractionalMaxPool2d: kernel size " + k + "; expected at least 1");
            }
        }
        this.kernelSize = kernelSize.clone();
        this.outputSize = outputSize == null ? null : outputSize.clone();
        this.outputRatio = outputRatio == null ? null : outputRatio.clone();
        this.returnIndices = returnIndices;
        this.randomSamples = randomSamples == null ? null : buffer(randomSamples);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return forwardWithIndices(input)[0];
    }

    /** The largest, and where they are in their image, int64. */
    public Tensor[] forwardWithIndices(Tensor input) {
        long images = input.dim() == 3 ? 1 : input.size(0); // there may be numbers for more
        Tensor samples = randomSamples == null
                ? null
                : randomSamples.to(input.dtype()).narrow(0, 0, Math.min(images, randomSamples.size(0)));
        return Functional.fractionalMaxPool(2, input, kernelSize, outputSize, outputRatio, samples);
    }

    /** What PyTorch's module gives: the largest, or with {@code returnIndices} both. */
    @Torch("forward(input)")
    public Object forwardAsAsked(Tensor input) {
        return returnIndices ? forwardWithIndices(input) : forward(input);
    }
}
