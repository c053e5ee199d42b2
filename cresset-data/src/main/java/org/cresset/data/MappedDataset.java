package org.cresset.data;

import java.util.function.BiFunction;
import org.cresset.random.Generator;

/** Another data set's elements, each through a function. */
record MappedDataset<S, T>(Dataset<S> source, BiFunction<? super S, ? super Generator, ? extends T> function)
        implements Dataset<T> {
    @Override
    public long size() {
        return source.size();
    }

    @Override
    public T get(long index) {
        return get(index, Generator.defaultGenerator());
    }

    @Override
    public T get(long index, Generator random) {
        return function.apply(source.get(index, random), random);
    }
}
