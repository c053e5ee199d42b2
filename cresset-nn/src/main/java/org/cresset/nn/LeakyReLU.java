package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x where positive, else {@code negativeSlope x}; any shape. As {@code nn.LeakyReLU}. */
public final class LeakyReLU extends Layer {
    private final double negativeSlope;
    private final boolean inplace;

    /** With slope 0.01. */
    public LeakyReLU() {
        this(0.01, false);
    }

    /** Into new memory. */
    public LeakyReLU(double negativeSlope) {
        this(negativeSlope, false);
    }

    /** All options. */
    @Torch("nn.LeakyReLU(negative_slope=0.01, inplace=False)")
    public LeakyReLU(double negativeSlope, boolean inplace) {
        this.negativeSlope = negativeSlope;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.leakyRelu(input, negativeSlope, inplace);
    }

    @Override
    protected String describe() {
        return "negative_slope=" + negativeSlope;
    }
}
