package org.cresset.data;

import java.util.Iterator;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cresset.random.Generator;

/**
 * Elements that come one after the other and can't be found by number: streams, sharded archives, other programs'
 * output. As {@code torch.utils.data.IterableDataset}. Each call of {@code iterator} begins anew; an iterator that is
 * {@link AutoCloseable} is closed by the loader that reads it. A loader reads the stream from one thread at a time and
 * in order, and has its workers do what {@link #map} and {@link #augment} add at the end.
 */
@FunctionalInterface
public interface IterableDataset<T> extends Iterable<T> {
    @Override
    Iterator<T> iterator();

    /** Each element through a function. */
    default <R> IterableDataset<R> map(Function<? super T, ? extends R> function) {
        return new MappedStream<>(this, (x, random) -> function.apply(x));
    }

    /** Each element through a function that may draw from a generator. */
    default <R> IterableDataset<R> augment(BiFunction<? super T, ? super Generator, ? extends R> function) {
        return new MappedStream<>(this, function);
    }

    /** The elements that fulfil a condition. */
    default IterableDataset<T> filter(Predicate<? super T> condition) {
        return () -> new Streams.Filtered<>(iterator(), condition);
    }

    /**
     * The elements in a random order that looks {@code buffer} elements ahead: each one given out is picked from those
     * that wait. The same seed gives the same order.
     */
    default IterableDataset<T> shuffle(int buffer, long seed) {
        return () -> new Streams.Shuffled<>(iterator(), buffer, Generator.ofSeed(seed));
    }
}
