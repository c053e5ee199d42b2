package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code max(x, 0)}, for any shape. As {@code nn.ReLU}. */
public final class ReLU extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public ReLU() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.ReLU(inplace=False)")
    public ReLU(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.relu(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
