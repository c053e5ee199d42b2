package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Softmax over the channels of (N, C, H, W) or (C, H, W). As {@code nn.Softmax2d}. */
public final class Softmax2d extends Layer {
    /** The layer. */
    @Torch("nn.Softmax2d()")
    public Softmax2d() {}

    @Override
    protected Tensor compute(Tensor input) {
        if (input.dim() != 3 && input.dim() != 4) {
            throw CressetException.value("Softmax2d: input " + input.shape() + "; expected (N, C, H, W) or (C, H, W)");
        }
        return input.softmax(-3);
    }
}
