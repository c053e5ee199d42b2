package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The absolute difference, squared below {@code beta}. As {@code nn.SmoothL1Loss}. */
public final class SmoothL1Loss extends Loss {
    private final Reduction reduction;
    private final double beta;

    /** The mean, with beta 1. */
    public SmoothL1Loss() {
        this(Reduction.MEAN, 1);
    }

    /** All options. */
    @Torch("nn.SmoothL1Loss(*, reduction='mean', beta=1.0)")
    public SmoothL1Loss(Reduction reduction, double beta) {
        this.reduction = reduction;
        this.beta = beta;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.smoothL1Loss(input, target, null, null, reduction, beta);
    }
}
