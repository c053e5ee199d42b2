package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x where positive, else x times a slope that is drawn anew for each element in training and the mean of the bounds in evaluation (Xu et al. 2015); any shape. As {@code nn.RReLU}. */
public final class RReLU extends Layer {
    private final double lower;
    private final double upper;
    private final boolean inplace;

    /** With slopes from 1/8 to 1/3. */
    public RReLU() {
        this(1.0 / 8, 1.0 / 3, false);
    }

    /** All options. */
    @Torch("nn.RReLU(lower=0.125, upper=0.3333333333333333, inplace=False)")
    public RReLU(double lower, double upper, boolean inplace) {
        this.lower = lower;
        this.upper = upper;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.rrelu(input, lower, upper, isTraining(), inplace);
    }

    @Override
    protected String describe() {
        return "lower=" + lower + ", upper=" + upper;
    }
}
