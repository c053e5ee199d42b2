package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code x sigmoid(x)}, for any shape. As {@code nn.SiLU}. */
public final class SiLU extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public SiLU() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.SiLU(inplace=False)")
    public SiLU(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.silu(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
