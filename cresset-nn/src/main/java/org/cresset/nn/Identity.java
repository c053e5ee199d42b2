package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Its input. As {@code nn.Identity}; arguments of any kind are ignored there, here there are none. */
public final class Identity extends Layer {
    /** The layer. */
    @Torch("nn.Identity()")
    public Identity() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input;
    }
}
