package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Scaled exponential linear unit (Klambauer et al. 2017), for any shape. As {@code nn.SELU}. */
public final class SELU extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public SELU() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.SELU(inplace=False)")
    public SELU(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.selu(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
