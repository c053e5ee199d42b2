package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code log(1 + exp(beta x)) / beta}, x where {@code beta x} is above the threshold; any shape. As {@code nn.Softplus}. */
public final class Softplus extends Layer {
    private final double beta;
    private final double threshold;

    /** With beta 1. */
    public Softplus() {
        this(1, 20);
    }

    /** All options. */
    @Torch("nn.Softplus(beta=1.0, threshold=20.0)")
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.softplus(input, beta, threshold);
    }

    @Override
    protected String describe() {
        return "beta=" + beta + ", threshold=" + threshold;
    }
}
