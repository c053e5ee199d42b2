package org.cresset.data;

import java.util.List;

/** The elements of a list. */
record ListDataset<T>(List<? extends T> elements) implements Dataset<T> {
    @Override
    public long size() {
        return elements.size();
    }

    @Override
    public T get(long index) {
        return elements.get((int) Dataset.checkIndex(index, elements.size()));
    }
}
