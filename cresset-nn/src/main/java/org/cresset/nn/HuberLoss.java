package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Half the squared difference, and linear above {@code delta} (Huber 1964). As {@code nn.HuberLoss}. */
public final class HuberLoss extends Loss {
    private final Reduction reduction;
    private final double delta;

    /** The mean, with delta 1. */
    public HuberLoss() {
        this(Reduction.MEAN, 1);
    }

    /** All options. */
    @Torch("nn.HuberLoss(reduction='mean', delta=1.0)")
    public HuberLoss(Reduction reduction, double delta) {
        this.reduction = reduction;
        this.delta = delta;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.huberLoss(input, target, reduction, delta, null);
    }
}
