package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Binary cross entropy of logits. As {@code nn.BCEWithLogitsLoss}. */
public final class BCEWithLogitsLoss extends Loss {
    private final @Nullable Tensor weight;
    private final Reduction reduction;

    @Key("pos_weight")
    private final @Nullable Tensor posWeight;

    /** The mean. */
    public BCEWithLogitsLoss() {
        this(null, Reduction.MEAN, null);
    }

    /** All options. */
    @Torch("nn.BCEWithLogitsLoss(weight=None, *, reduction='mean', pos_weight=None)")
    public BCEWithLogitsLoss(@Nullable Tensor weight, Reduction reduction, @Nullable Tensor posWeight) {
        this.weight = weight == null ? null : buffer(weight);
        this.reduction = reduction;
        this.posWeight = posWeight == null ? null : buffer(posWeight);
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.binaryCrossEntropyWithLogits(input, target, weight, null, null, reduction, posWeight);
    }
}
