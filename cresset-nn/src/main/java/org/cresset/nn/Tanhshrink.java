package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code x - tanh(x)}, for any shape. As {@code nn.Tanhshrink}. */
public final class Tanhshrink extends Layer {
    /** The layer. */
    @Torch("nn.Tanhshrink()")
    public Tanhshrink() {}

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.tanhshrink(input);
    }
}
