package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x where positive, else {@code alpha (exp(x) - 1)} (Clevert et al. 2015); any shape. As {@code nn.ELU}. */
public final class ELU extends Layer {
    private final double alpha;
    private final boolean inplace;

    /** With alpha 1. */
    public ELU() {
        this(1, false);
    }

    /** All options. */
    @Torch("nn.ELU(alpha=1.0, inplace=False)")
    public ELU(double alpha, boolean inplace) {
        this.alpha = alpha;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.elu(input, alpha, inplace);
    }

    @Override
    protected String describe() {
        return "alpha=" + alpha;
    }
}
