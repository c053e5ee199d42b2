package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The negative log-likelihood of normal variables with given variances. As {@code nn.GaussianNLLLoss}. */
public final class GaussianNLLLoss extends Module {
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** The mean. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.GaussianNLLLoss(*, full=False, eps=1e-06, reduction='mean')")
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** The loss. */
    public Tensor forward(Tensor input, Tensor target, Tensor var) {
        return Functional.gaussianNllLoss(input, target, var, full, eps, reduction);
    }
}
