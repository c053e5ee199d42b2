package org.cresset.data;

import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/** Elements drawn with weights, with the same numbers as {@code torch.utils.data.WeightedRandomSampler}. */
public final class WeightedRandomSampler implements Sampler {
    private final Tensor weights;
    private final long size;
    private final boolean replacement;

    /**
     * {@code size} draws by weights, which need not add up to 1.
     *
     * @throws org.cresset.base.CressetException when drawing, for weights that are negative, not finite or all zero,
     *     and for more draws than elements without replacement
     */
    public WeightedRandomSampler(double[] weights, long size, boolean replacement) {
        this.weights = Tensor.of(weights.clone());
        this.size = size;
        this.replacement = replacement;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long[] order(Generator random) {
        return weights.multinomial(size, replacement, random).toLongArray();
    }
}
