package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.LinearCrossEntropyOptions;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * A linear map onto classes, perhaps at several places, and the cross entropy of what it gives, without all scores at a time.
 * As {@code nn.LinearCrossEntropyLoss}.
 */
public final class LinearCrossEntropyLoss extends Loss {
    /** Weights of the classes, or null. */
    private final @Nullable Tensor weight;

    /** The map. */
    public final Linear linear;

    private final long numClasses;
    private final long[] outFeatures;
    private final Reduction reduction;
    private final @Nullable Long ignoreIndex;
    private final double labelSmoothing;
    private final @Nullable LinearCrossEntropyOptions options;

    /** The mean, without bias. */
    public LinearCrossEntropyLoss(long inFeatures, long numClasses) {
        this(inFeatures, numClasses, new long[0], false, Reduction.MEAN, null, null, 0, null);
    }

    /** All options. */
    @Torch(
            "nn.LinearCrossEntropyLoss(in_features, num_classes, *, out_features=(), bias=False, reduction='mean', weight=None, ignore_index=None, label_smoothing=0.0, options=None)")
    public LinearCrossEntropyLoss(
            long inFeatures,
            long numClasses,
            long[] outFeatures,
            boolean bias,
            Reduction reduction,
            @Nullable Tensor weight,
            @Nullable Long ignoreIndex,
            double labelSmoothing,
            @Nullable LinearCrossEntropyOptions options) {
        if (weight != null && (weight.dim() != 1 || weight.size(0) != numClasses)) {
            throw CressetException.runtime("LinearCrossEntropyLoss: class weights of shape " + weight.shape()
                    + "; expected (" + numClasses + ")");
        }
        if (labelSmoothing < 0 || labelSmoothing > 1) {
            throw CressetException.runtime(
                    "LinearCrossEntropyLoss: label smoothing " + labelSmoothing + "; expected from 0 to 1");
        }
        this.weight = weight == null ? null : buffer(weight);
        this.numClasses = numClasses;
        this.outFeatures = outFeatures.clone();
        this.reduction = reduction;
        this.ignoreIndex = ignoreIndex;
        this.labelSmoothing = labelSmoothing;
        this.options = options;
        long rows = numClasses;
        for (long n : outFeatures) {
            rows *= n;
        }
        linear = new Linear(inFeatures, rows, bias);
    }

    private long[] dims(long... last) {
        long[] d = new long[1 + outFeatures.length + last.length];
        d[0] = numClasses;
        System.arraycopy(outFeatures, 0, d, 1, outFeatures.length);
        System.arraycopy(last, 0, d, 1 + outFeatures.length, last.length);
        return d;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        Tensor b = linear.bias;
        return Functional.linearCrossEntropy(
                input,
                linear.weight.reshape(dims(linear.weight.size(1))),
                target,
                b == null ? null : b.reshape(dims()),
                weight,
                reduction,
                ignoreIndex,
                labelSmoothing,
                options);
    }
}
