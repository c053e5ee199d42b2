package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Binary cross entropy of logits (N, C), averaged over the classes. As {@code nn.MultiLabelSoftMarginLoss}. */
public final class MultiLabelSoftMarginLoss extends Loss {
    private final @Nullable Tensor weight;
    private final Reduction reduction;

    /** The mean. */
    public MultiLabelSoftMarginLoss() {
        this(null, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.MultiLabelSoftMarginLoss(weight=None, *, reduction='mean')")
    public MultiLabelSoftMarginLoss(@Nullable Tensor weight, Reduction reduction) {
        this.weight = weight == null ? null : buffer(weight);
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.multilabelSoftMarginLoss(input, target, weight, null, null, reduction);
    }
}
