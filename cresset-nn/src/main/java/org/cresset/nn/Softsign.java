package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code x / (1 + |x|)}, for any shape. As {@code nn.Softsign}. */
public final class Softsign extends Layer {
    /** The layer. */
    @Torch("nn.Softsign()")
    public Softsign() {}

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.softsign(input);
    }
}
