package org.cresset.data;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Another data set's elements, each made once and kept. */
final class CachedDataset<T> implements Dataset<T> {
    private final Dataset<T> source;
    private final AtomicReferenceArray<T> made;

    CachedDataset(Dataset<T> source) {
        this.source = source;
        this.made = new AtomicReferenceArray<>(Math.toIntExact(source.size()));
    }

    @Override
    public long size() {
        return made.length();
    }

    /** Two workers that ask for one element at the same time both make it, and share the first one's. */
    @Override
    public T get(long index) {
        int i = (int) Dataset.checkIndex(index, size());
        T known = made.get(i);
        if (known != null) {
            return known;
        }
        T fresh = source.get(index);
        T other = made.compareAndExchange(i, null, fresh);
        return other == null ? fresh : other;
    }
}
