package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Softmax along a dimension. As {@code nn.Softmax}. */
public final class Softmax extends Layer {
    private final long dim;

    /** All options. */
    @Torch("nn.Softmax(dim)")
    public Softmax(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.softmax(dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
