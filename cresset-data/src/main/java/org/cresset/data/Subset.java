package org.cresset.data;

import org.cresset.random.Generator;

/** Some elements of a data set, in an order of its own. As {@code torch.utils.data.Subset}. */
public final class Subset<T> implements Dataset<T> {
    private final Dataset<T> source;
    private final long[] indices;

    /**
     * The elements of {@code source} with these numbers.
     *
     * @throws org.cresset.base.CressetException of kind INDEX for a number that {@code source} doesn't have
     */
    public Subset(Dataset<T> source, long... indices) {
        this.source = source;
        this.indices = indices.clone();
        for (long i : indices) {
            Dataset.checkIndex(i, source.size());
        }
    }

    @Override
    public long size() {
        return indices.length;
    }

    @Override
    public T get(long index) {
        return source.get(at(index));
    }

    @Override
    public T get(long index, Generator random) {
        return source.get(at(index), random);
    }

    private long at(long index) {
        return indices[(int) Dataset.checkIndex(index, indices.length)];
    }

    /** The data set that the elements come from. */
    public Dataset<T> source() {
        return source;
    }

    /** The elements' numbers there. */
    public long[] indices() {
        return indices.clone();
    }

    long[] translate(long[] own) {
        long[] there = new long[own.length];
        for (int i = 0; i < own.length; i++) {
            there[i] = at(own[i]);
        }
        return there;
    }
}
