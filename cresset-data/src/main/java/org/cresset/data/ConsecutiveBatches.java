package org.cresset.data;

import org.cresset.random.Generator;

/** A sampler's order, cut into batches. */
record ConsecutiveBatches(Sampler sampler, int batchSize, boolean dropLast) implements BatchSampler {
    @Override
    public long size() {
        return BatchSampler.count(sampler.size(), batchSize, dropLast);
    }

    @Override
    public long[][] batches(Generator random) {
        return BatchSampler.cut(sampler.order(random), batchSize, dropLast);
    }

    @Override
    public boolean isRandom() {
        return sampler.isRandom();
    }

    @Override
    public void afterEpoch(Generator random) {
        sampler.afterEpoch(random);
    }
}
