package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x, kept between two values; any shape. As {@code nn.Hardtanh}. */
public final class Hardtanh extends Layer {
    private final double minVal;
    private final double maxVal;
    private final boolean inplace;

    /** Between -1 and 1. */
    public Hardtanh() {
        this(-1, 1, false);
    }

    /** All options. */
    @Torch("nn.Hardtanh(min_val=-1.0, max_val=1.0, inplace=False)")
    public Hardtanh(double minVal, double maxVal, boolean inplace) {
        this.minVal = minVal;
        this.maxVal = maxVal;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.hardtanh(input, minVal, maxVal, inplace);
    }

    @Override
    protected String describe() {
        return "min_val=" + minVal + ", max_val=" + maxVal;
    }
}
