package org.cresset.data;

import java.util.Iterator;
import java.util.function.BiFunction;
import org.cresset.random.Generator;

/** A stream made of another one's iterators. */
record DerivedStream<S, T>(
        IterableDataset<S> source, BiFunction<? super Iterator<S>, ? super Generator, ? extends Iterator<T>> function)
        implements IterableDataset<T> {
    @Override
    public Iterator<T> iterator() {
        return function.apply(source.iterator(), Generator.defaultGenerator());
    }

    @Override
    public Iterator<T> iterator(Generator random) {
        return function.apply(source.iterator(random), random);
    }
}
