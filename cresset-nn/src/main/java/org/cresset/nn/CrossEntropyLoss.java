package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Cross entropy of logits (N, C, ...) and class indices (N, ...) or probabilities (N, C, ...). As {@code nn.CrossEntropyLoss}. */
public final class CrossEntropyLoss extends Loss {
    private final @Nullable Tensor weight;
    private final long ignoreIndex;
    private final Reduction reduction;
    private final double labelSmoothing;

    /** The mean. */
    public CrossEntropyLoss() {
        this(null, -100, Reduction.MEAN, 0);
    }

    /** The mean, with label smoothing. */
    public CrossEntropyLoss(double labelSmoothing) {
        this(null, -100, Reduction.MEAN, labelSmoothing);
    }

    /** All options. */
    @Torch("nn.CrossEntropyLoss(weight=None, *, ignore_index=-100, reduction='mean', label_smoothing=0.0)")
    public CrossEntropyLoss(@Nullable Tensor weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {
        this.weight = weight == null ? null : buffer(weight);
        this.ignoreIndex = ignoreIndex;
        this.reduction = reduction;
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.crossEntropy(input, target, weight, null, ignoreIndex, null, reduction, labelSmoothing);
    }
}
