package org.cresset.data;

import org.cresset.random.Generator;

/** The order in which a data set's elements are read in one epoch. As {@code torch.utils.data.Sampler}. */
public interface Sampler {
    /** How many numbers {@link #order} gives. */
    long size();

    /** The numbers of the elements to read in one epoch; {@code random} is the only source of chance. */
    long[] order(Generator random);

    /** Whether {@link #order} draws from its generator. */
    default boolean isRandom() {
        return true;
    }

    /** Called when an epoch has been read to its end, with the generator that {@link #order} drew from. */
    default void afterEpoch(Generator random) {}
}
