package org.cresset.data;

import java.util.Iterator;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.cresset.random.Generator;

/** A stream's elements, each through a function, which a loader can hand to its workers. */
record MappedStream<S, T>(IterableDataset<S> source, BiFunction<? super S, ? super Generator, ? extends T> function)
        implements IterableDataset<T> {
    @Override
    public Iterator<T> iterator() {
        return new Streams.Mapped<>(source.iterator(), x -> function.apply(x, Generator.defaultGenerator()));
    }

    @Override
    public Iterator<T> iterator(Generator random) {
        return new Streams.Mapped<>(source.iterator(random), x -> function.apply(x, random));
    }

    @Override
    public <R> IterableDataset<R> map(Function<? super T, ? extends R> next) {
        return augment((x, random) -> next.apply(x));
    }

    /** One function of both, so that a loader's workers do all of it. */
    @Override
    public <R> IterableDataset<R> augment(BiFunction<? super T, ? super Generator, ? extends R> next) {
        return new MappedStream<>(source, (x, random) -> next.apply(function.apply(x, random), random));
    }
}
