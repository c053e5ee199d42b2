package org.cresset.data;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;

/** The batches of one epoch, as numbers of elements. */
public interface BatchSampler {
    /** How many batches {@link #batches} gives. */
    long size();

    /** The numbers of the elements of each batch of one epoch; {@code random} is the only source of chance. */
    long[][] batches(Generator random);

    /** Whether {@link #batches} draws from its generator. */
    default boolean isRandom() {
        return true;
    }

    /** Called when an epoch has been read to its end, with the generator that {@link #batches} drew from. */
    default void afterEpoch(Generator random) {}

    /**
     * A sampler's order, cut into batches. As {@code torch.utils.data.BatchSampler}.
     *
     * @param dropLast whether a last batch that isn't full is left out
     */
    static BatchSampler of(Sampler sampler, int batchSize, boolean dropLast) {
        if (batchSize < 1) {
            throw CressetException.value("BatchSampler: a batch size of " + batchSize + "; expected at least 1");
        }
        return new ConsecutiveBatches(sampler, batchSize, dropLast);
    }

    /** How many batches {@code elements} fill. */
    static long count(long elements, int batchSize, boolean dropLast) {
        return dropLast ? elements / batchSize : Math.ceilDiv(elements, batchSize);
    }

    /** Cuts an order into batches. */
    static long[][] cut(long[] order, int batchSize, boolean dropLast) {
        long[][] batches = new long[Math.toIntExact(count(order.length, batchSize, dropLast))][];
        for (int i = 0; i < batches.length; i++) {
            int from = i * batchSize;
            batches[i] = Arrays.copyOfRange(order, from, Math.min(from + batchSize, order.length));
        }
        return batches;
    }
}
