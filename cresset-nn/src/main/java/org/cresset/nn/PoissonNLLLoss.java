package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The negative log-likelihood of Poisson counts. As {@code nn.PoissonNLLLoss}. */
public final class PoissonNLLLoss extends Loss {
    private final boolean logInput;
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** The mean, of logarithms. */
    public PoissonNLLLoss() {
        this(true, false, 1e-8, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.PoissonNLLLoss(log_input=True, full=False, *, eps=1e-08, reduction='mean')")
    public PoissonNLLLoss(boolean logInput, boolean full, double eps, Reduction reduction) {
        this.logInput = logInput;
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.poissonNllLoss(input, target, logInput, full, null, eps, null, reduction);
    }
}
