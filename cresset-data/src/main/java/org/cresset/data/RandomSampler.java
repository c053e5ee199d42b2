package org.cresset.data;

import org.cresset.base.CressetException;
import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * Elements in random order, with the same numbers as {@code torch.utils.data.RandomSampler} for the same generator.
 *
 * @param elements number of elements to choose from
 * @param size how many to draw; without replacement, each element comes once before any comes again
 * @param replacement whether each draw is from all elements
 */
public record RandomSampler(long elements, long size, boolean replacement) implements Sampler {
    /** Checks that there is something to draw from. */
    public RandomSampler {
        if (elements < 0 || size < 0 || elements == 0 && size > 0) {
            throw CressetException.value("RandomSampler: " + size + " draws from " + elements + " elements");
        }
    }

    /** Each element once. */
    public RandomSampler(long elements) {
        this(elements, elements, false);
    }

    @Override
    public long[] order(Generator random) {
        long[] order = new long[Math.toIntExact(size)];
        if (replacement) {
            for (int i = 0; i < order.length; i++) {
                order[i] = random.uniformLong(0, elements);
            }
            return order;
        }
        int n = Math.toIntExact(elements);
        for (int from = 0; from < order.length; from += n) {
            System.arraycopy(Draws.permutation(random, n), 0, order, from, Math.min(n, order.length - from));
        }
        return order;
    }

    /** PyTorch's sampler draws a last permutation of which it takes no element; later epochs come after it. */
    @Override
    public void afterEpoch(Generator random) {
        if (!replacement && elements > 0 && size % elements == 0) {
            Draws.permutation(random, Math.toIntExact(elements));
        }
    }
}
