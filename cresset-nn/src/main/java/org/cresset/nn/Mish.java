package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code x tanh(softplus(x))} (Misra 2019), for any shape. As {@code nn.Mish}. */
public final class Mish extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public Mish() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.Mish(inplace=False)")
    public Mish(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.mish(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
