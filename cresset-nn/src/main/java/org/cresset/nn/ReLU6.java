package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code min(max(x, 0), 6)}, for any shape. As {@code nn.ReLU6}. */
public final class ReLU6 extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public ReLU6() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.ReLU6(inplace=False)")
    public ReLU6(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.relu6(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
