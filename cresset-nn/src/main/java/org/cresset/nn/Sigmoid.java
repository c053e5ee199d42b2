package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code 1 / (1 + exp(-x))}, for any shape. As {@code nn.Sigmoid}. */
public final class Sigmoid extends Layer {
    /** The layer. */
    @Torch("nn.Sigmoid()")
    public Sigmoid() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.sigmoid();
    }
}
