package org.cresset.data;

import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * Certain elements, in the order given or in random order. As {@code torch.utils.data.SubsetRandomSampler}, with the
 * same numbers for the same generator.
 */
public final class SubsetSampler implements Sampler {
    private final long[] indices;
    private final boolean shuffle;

    /** The elements with these numbers. */
    public SubsetSampler(long[] indices, boolean shuffle) {
        this.indices = indices.clone();
        this.shuffle = shuffle;
    }

    @Override
    public long size() {
        return indices.length;
    }

    @Override
    public long[] order(Generator random) {
        if (!shuffle) {
            return indices.clone();
        }
        long[] order = Draws.permutation(random, indices.length);
        for (int i = 0; i < order.length; i++) {
            order[i] = indices[(int) order[i]];
        }
        return order;
    }

    @Override
    public boolean isRandom() {
        return shuffle;
    }
}
