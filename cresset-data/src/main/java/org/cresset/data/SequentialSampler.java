package org.cresset.data;

import org.cresset.random.Generator;

/**
 * 0, 1, ... As {@code torch.utils.data.SequentialSampler}.
 *
 * @param size number of elements
 */
public record SequentialSampler(long size) implements Sampler {
    @Override
    public long[] order(Generator random) {
        long[] order = new long[Math.toIntExact(size)];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        return order;
    }

    @Override
    public boolean isRandom() {
        return false;
    }
}
