package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Binary cross entropy of probabilities. As {@code nn.BCELoss}. */
public final class BCELoss extends Loss {
    private final @Nullable Tensor weight;
    private final Reduction reduction;

    /** The mean. */
    public BCELoss() {
        this(null, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.BCELoss(weight=None, *, reduction='mean')")
    public BCELoss(@Nullable Tensor weight, Reduction reduction) {
        this.weight = weight == null ? null : buffer(weight);
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.binaryCrossEntropy(input, target, weight, null, null, reduction);
    }
}
