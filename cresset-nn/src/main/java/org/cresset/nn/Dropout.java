package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** In training, sets elements to zero with probability p and scales the others up by {@code 1 / (1 - p)}. As {@code nn.Dropout}. */
public final class Dropout extends Layer {
    private final double p;

    /** The probability of zero. */
    @Torch("nn.Dropout(p=0.5)")
    public Dropout(double p) {
        this.p = p;
    }

    @Override
    public Tensor forward(Tensor input) {
        return Functional.dropout(input, p, isTraining(), false);
    }

    @Override
    protected String describe() {
        return "p=" + p;
    }
}
