package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x where above the threshold, else the value; any shape. As {@code nn.Threshold}. */
public final class Threshold extends Layer {
    private final double threshold;
    private final double value;
    private final boolean inplace;

    /** Into new memory. */
    public Threshold(double threshold, double value) {
        this(threshold, value, false);
    }

    /** All options. */
    @Torch("nn.Threshold(threshold, value, inplace=False)")
    public Threshold(double threshold, double value, boolean inplace) {
        this.threshold = threshold;
        this.value = value;
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.threshold(input, threshold, value, inplace);
    }

    @Override
    protected String describe() {
        return "threshold=" + threshold + ", value=" + value;
    }
}
