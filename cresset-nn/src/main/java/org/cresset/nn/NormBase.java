package org.cresset.nn;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What normalizations by channel have in common: weight, bias and running statistics. */
abstract class NormBase extends Layer {
    /** (numFeatures), or null. */
    public final @Nullable Tensor weight;

    /** (numFeatures), or null. */
    public final @Nullable Tensor bias;

    /** The running mean (numFeatures), or null. */
    @Key("running_mean")
    public final @Nullable Tensor runningMean;

    /** The running variance (numFeatures), or null. */
    @Key("running_var")
    public final @Nullable Tensor runningVar;

    /** How many batches the running statistics have seen, an int64 of rank 0, or null. */
    @Key("num_batches_tracked")
    public final @Nullable Tensor numBatchesTracked;

    final double eps;
    final @Nullable Double momentum;
    private long numFeatures;
    private final boolean affine;
    private final boolean biased;
    private final boolean tracked;

    NormBase(
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        this.numFeatures = numFeatures;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.biased = affine && bias;
        this.tracked = trackRunningStats;
        weight = affine && numFeatures >= 0 ? parameter(Tensor.ones(numFeatures)) : null;
        this.bias = biased && numFeatures >= 0 ? parameter(Tensor.zeros(numFeatures)) : null;
        runningMean = tracked && numFeatures >= 0 ? buffer(Tensor.zeros(numFeatures)) : null;
        runningVar = tracked && numFeatures >= 0 ? buffer(Tensor.ones(numFeatures)) : null;
        numBatchesTracked = tracked ? buffer(Tensor.zeros(Shape.SCALAR, DType.INT64)) : null;
    }

    /** Makes what a lazy module was constructed without. */
    final void materialize(long features) {
        if (numFeatures >= 0) {
            return;
        }
        numFeatures = features;
        replace("weight", affine ? parameter(Tensor.ones(features)) : null);
        replace("bias", biased ? parameter(Tensor.zeros(features)) : null);
        replace("running_mean", tracked ? buffer(Tensor.zeros(features)) : null);
        replace("running_var", tracked ? buffer(Tensor.ones(features)) : null);
    }

    /** The number of channels, -1 if it isn't known yet. */
    final long numFeatures() {
        return numFeatures;
    }

    final boolean affine() {
        return affine;
    }

    final boolean tracked() {
        return tracked;
    }

    /** Counts a batch in training; gives the share that its statistics have in the running ones, equal for all if asked to. */
    final double count(boolean cumulative) {
        if (!isTraining() || numBatchesTracked == null) {
            return momentum == null ? 0 : momentum;
        }
        Autograd.noGrad(() -> {
            numBatchesTracked.add_(1);
        });
        return momentum == null || cumulative ? 1.0 / numBatchesTracked.itemLong() : momentum;
    }

    final void checkDim(Tensor input, int... expected) {
        for (int d : expected) {
            if (input.dim() == d) {
                return;
            }
        }
        StringBuilder b = new StringBuilder();
        for (int d : expected) {
            b.append(b.isEmpty() ? "" : " or ").append(d);
        }
        throw CressetException.value(
                "expected " + b + " dimensions, got " + input.dim() + ": an input of shape " + input.shape());
    }

    @Override
    protected String describe() {
        return numFeatures + ", eps=" + eps + ", momentum=" + (momentum == null ? "None" : momentum) + ", affine="
                + (affine ? "True" : "False") + ", track_running_stats=" + (tracked ? "True" : "False");
    }
}
