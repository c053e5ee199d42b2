package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The multi-class multi-label hinge loss: (N, C) and class indices (N, C), which end with -1. As {@code nn.MultiLabelMarginLoss}. */
public final class MultiLabelMarginLoss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.MultiLabelMarginLoss(*, reduction='mean')")
    public MultiLabelMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.multilabelMarginLoss(input, target, null, null, reduction);
    }
}
