package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The logarithm of softmax along a dimension. As {@code nn.LogSoftmax}. */
public final class LogSoftmax extends Layer {
    private final long dim;

    /** All options. */
    @Torch("nn.LogSoftmax(dim)")
    public LogSoftmax(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.logSoftmax(dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
