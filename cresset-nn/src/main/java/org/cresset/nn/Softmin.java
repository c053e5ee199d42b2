package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Softmax of {@code -x} along a dimension. As {@code nn.Softmin}. */
public final class Softmin extends Layer {
    private final long dim;

    /** All options. */
    @Torch("nn.Softmin(dim)")
    public Softmin(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.softmin(input, dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
