package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code max(0, -target (input1 - input2) + margin)} for targets 1 or -1. As {@code nn.MarginRankingLoss}. */
public final class MarginRankingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** The mean, without margin. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.MarginRankingLoss(margin=0.0, *, reduction='mean')")
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** The loss. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return Functional.marginRankingLoss(input1, input2, target, margin, null, null, reduction);
    }
}
