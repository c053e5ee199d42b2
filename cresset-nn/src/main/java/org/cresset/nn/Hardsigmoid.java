package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code relu6(x + 3) / 6}, for any shape. As {@code nn.Hardsigmoid}. */
public final class Hardsigmoid extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public Hardsigmoid() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.Hardsigmoid(inplace=False)")
    public Hardsigmoid(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.hardsigmoid(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
