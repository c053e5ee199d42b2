package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code x relu6(x + 3) / 6} (Howard et al. 2019), for any shape. As {@code nn.Hardswish}. */
public final class Hardswish extends Layer {
    private final boolean inplace;

    /** Into new memory. */
    public Hardswish() {
        this(false);
    }

    /** In place, if so wanted: the input is overwritten. */
    @Torch("nn.Hardswish(inplace=False)")
    public Hardswish(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.hardswish(input, inplace);
    }

    @Override
    protected String describe() {
        return inplace ? "inplace=True" : "";
    }
}
