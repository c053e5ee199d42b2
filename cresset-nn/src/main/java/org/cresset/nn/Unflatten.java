package org.cresset.nn;

import java.util.Arrays;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** One dimension as several. As {@code nn.Unflatten}. */
public final class Unflatten extends Layer {
    private final long dim;
    private final long[] unflattenedSize;

    /** All options. */
    @Torch("nn.Unflatten(dim, unflattened_size)")
    public Unflatten(long dim, long[] unflattenedSize) {
        this.dim = dim;
        this.unflattenedSize = unflattenedSize.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.unflatten(dim, unflattenedSize);
    }

    @Override
    protected String describe() {
        return "dim=" + dim + ", unflattened_size=" + Arrays.toString(unflattenedSize);
    }
}
