package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The negative log-likelihood of classes: log-probabilities (N, C, ...) and class indices (N, ...). As {@code nn.NLLLoss}. */
public final class NLLLoss extends Loss {
    private final @Nullable Tensor weight;
    private final long ignoreIndex;
    private final Reduction reduction;

    /** The mean. */
    public NLLLoss() {
        this(null, -100, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.NLLLoss(weight=None, *, ignore_index=-100, reduction='mean')")
    public NLLLoss(@Nullable Tensor weight, long ignoreIndex, Reduction reduction) {
        this.weight = weight == null ? null : buffer(weight);
        this.ignoreIndex = ignoreIndex;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.nllLoss(input, target, weight, null, ignoreIndex, null, reduction);
    }
}
