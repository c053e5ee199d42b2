package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code max(0, x) + min(0, alpha (exp(x / alpha) - 1))} (Barron 2017); any shape. As {@code nn.CELU}. */
public final class CELU extends Layer {
    private final double alpha;
    private final boolean inplace;

    /** With alpha 1. */
    public CELU() {
        this(1, false);
    }

    /** All options. */
    @Torch("nn.CELU(alpha=1.0, inplace=False)")
    public CELU(double alpha, boolean inplace) {
        this.alpha = alpha;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.celu(input, alpha, inplace);
    }

    @Override
    protected String describe() {
        return "alpha=" + alpha;
    }
}
