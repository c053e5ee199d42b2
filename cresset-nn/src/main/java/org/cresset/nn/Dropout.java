package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** In training, sets elements to zero with probability p and scales the others up by {@code 1 / (1 - p)}; any shape. As {@code nn.Dropout}. */
public final class Dropout extends Layer {
    private final double p;
    private final boolean inplace;

    /** With probability 0.5. */
    public Dropout() {
        this(0.5, false);
    }

    /** With a probability from 0 to 1. */
    public Dropout(double p) {
        this(p, false);
    }

    /** All options. */
    @Torch("nn.Dropout(p=0.5, inplace=False)")
    public Dropout(double p, boolean inplace) {
        this.p = p;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.dropout(input, p, isTraining(), inplace);
    }

    @Override
    protected String describe() {
        return "p=" + p + ", inplace=" + (inplace ? "True" : "False");
    }
}
