package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The first half along a dimension times the sigmoid of the second (Dauphin et al. 2016). As {@code nn.GLU}. */
public final class GLU extends Layer {
    private final long dim;

    /** Along the last dimension. */
    public GLU() {
        this(-1);
    }

    /** All options. */
    @Torch("nn.GLU(dim=-1)")
    public GLU(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.glu(input, dim);
    }

    @Override
    protected String describe() {
        return "dim=" + dim;
    }
}
