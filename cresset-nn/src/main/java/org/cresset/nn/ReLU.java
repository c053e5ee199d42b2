package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code max(x, 0)}. As {@code nn.ReLU}. */
public final class ReLU extends Layer {
    /** The layer. */
    @Torch("nn.ReLU()")
    public ReLU() {}

    @Override
    public Tensor forward(Tensor input) {
        return input.relu();
    }
}
