package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The squared difference. As {@code nn.MSELoss}. */
public final class MSELoss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public MSELoss() {
        this(Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.MSELoss(*, reduction='mean')")
    public MSELoss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.mseLoss(input, target, null, null, reduction, null);
    }
}
