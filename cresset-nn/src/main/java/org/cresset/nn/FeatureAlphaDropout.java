package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@link AlphaDropout} of whole channels of (N, C, ...). As {@code nn.FeatureAlphaDropout}. */
public final class FeatureAlphaDropout extends Layer {
    private final double p;
    private final boolean inplace;

    /** With probability 0.5. */
    public FeatureAlphaDropout() {
        this(0.5, false);
    }

    /** With a probability from 0 to 1. */
    public FeatureAlphaDropout(double p) {
        this(p, false);
    }

    /** All options. */
    @Torch("nn.FeatureAlphaDropout(p=0.5, inplace=False)")
    public FeatureAlphaDropout(double p, boolean inplace) {
        this.p = p;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.featureAlphaDropout(input, p, isTraining(), inplace);
    }

    @Override
    protected String describe() {
        return "p=" + p + ", inplace=" + (inplace ? "True" : "False");
    }
}
