package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The absolute difference. As {@code nn.L1Loss}. */
public final class L1Loss extends Loss {
    private final Reduction reduction;

    /** The mean. */
    public L1Loss() {
        this(Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.L1Loss(*, reduction='mean')")
    public L1Loss(Reduction reduction) {
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.l1Loss(input, target, null, null, reduction, null);
    }
}
