package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The Kullback-Leibler divergence; the input is log-probabilities. As {@code nn.KLDivLoss}. */
public final class KLDivLoss extends Loss {
    private final Reduction reduction;
    private final boolean logTarget;

    /** The mean over all elements. */
    public KLDivLoss() {
        this(Reduction.MEAN, false);
    }

    /** All options. */
    @Torch("nn.KLDivLoss(*, reduction='mean', log_target=False)")
    public KLDivLoss(Reduction reduction, boolean logTarget) {
        this.reduction = reduction;
        this.logTarget = logTarget;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.klDiv(input, target, null, null, reduction, logTarget);
    }
}
