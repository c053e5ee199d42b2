package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** In training, sets whole channels of (N, C, L) or (C, L) to zero with probability p and scales the others up. As {@code nn.Dropout1d}. */
public final class Dropout1d extends Layer {
    private final double p;
    private final boolean inplace;

    /** With probability 0.5. */
    public Dropout1d() {
        this(0.5, false);
    }

    /** With a probability from 0 to 1. */
    public Dropout1d(double p) {
        this(p, false);
    }

    /** All options. */
    @Torch("nn.Dropout1d(p=0.5, inplace=False)")
    public Dropout1d(double p, boolean inplace) {
        this.p = p;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.dropout1d(input, p, isTraining(), inplace);
    }

    @Override
    protected String describe() {
        return "p=" + p + ", inplace=" + (inplace ? "True" : "False");
    }
}
