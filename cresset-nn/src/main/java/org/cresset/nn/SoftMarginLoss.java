package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code log(1 + exp(-target input))}. As {@code nn.SoftMarginLoss}. */
public final class SoftMarginLoss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.SoftMarginLoss(*, reduction='mean')")
    public SoftMarginLoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.softMarginLoss(input, target, null, null, reduction);
    }
}
