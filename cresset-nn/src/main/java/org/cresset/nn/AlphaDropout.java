package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Dropout that keeps mean and variance of self-normalising activations (Klambauer et al. 2017); any shape. As {@code nn.AlphaDropout}. */
public final class AlphaDropout extends Layer {
    private final double p;
    private final boolean inplace;

    /** With probability 0.5. */
    public AlphaDropout() {
        this(0.5, false);
    }

    /** With a probability from 0 to 1. */
    public AlphaDropout(double p) {
        this(p, false);
    }

    /** All options. */
    @Torch("nn.AlphaDropout(p=0.5, inplace=False)")
    public AlphaDropout(double p, boolean inplace) {
        this.p = p;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.alphaDropout(input, p, isTraining(), inplace);
    }

    @Override
    protected String describe() {
        return "p=" + p + ", inplace=" + (inplace ? "True" : "False");
    }
}
