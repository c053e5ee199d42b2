package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Several dimensions as one. As {@code nn.Flatten}. */
public final class Flatten extends Layer {
    private final long startDim;
    private final long endDim;

    /** All but the first. */
    public Flatten() {
        this(1, -1);
    }

    /** From a dimension to another one. */
    @Torch("nn.Flatten(start_dim=1, end_dim=-1)")
    public Flatten(long startDim, long endDim) {
        this.startDim = startDim;
        this.endDim = endDim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.flatten(startDim, endDim);
    }

    @Override
    protected String describe() {
        return "start_dim=" + startDim + ", end_dim=" + endDim;
    }
}
