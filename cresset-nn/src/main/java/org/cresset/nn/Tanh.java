package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The hyperbolic tangent, for any shape. As {@code nn.Tanh}. */
public final class Tanh extends Layer {
    /** The layer. */
    @Torch("nn.Tanh()")
    public Tanh() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.tanh();
    }
}
