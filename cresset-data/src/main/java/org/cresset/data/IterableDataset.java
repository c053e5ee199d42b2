package org.cresset.data;

import java.util.Iterator;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cresset.base.CressetException;
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

    /**
     * The elements once more, with {@code random} as the only source of chance. Loaders call this one, with a generator
     * that depends on their seed and the number of epochs before alone.
     */
    default Iterator<T> iterator(Generator random) {
        return iterator();
    }

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
        return new DerivedStream<>(this, (it, random) -> new Streams.Filtered<>(it, condition));
    }

    /**
     * The elements in a random order that looks {@code buffer} elements ahead: each one given out is picked from those
     * that wait. A loader gives each epoch an order of its own, which depends on its seed.
     */
    default IterableDataset<T> shuffle(int buffer) {
        return new DerivedStream<>(
                this, (it, random) -> new Streams.Shuffled<>(it, buffer, Generator.ofSeed(random.random64())));
    }

    /** As {@link #shuffle(int)}, in the same order whenever it is read. */
    default IterableDataset<T> shuffle(int buffer, long seed) {
        return new DerivedStream<>(this, (it, random) -> new Streams.Shuffled<>(it, buffer, Generator.ofSeed(seed)));
    }

    /** The first {@code count} elements, or all if there are fewer. */
    default IterableDataset<T> take(long count) {
        return new DerivedStream<>(this, (it, random) -> new Streams.Counted<>(it, 0, 1, count));
    }

    /** The elements after the first {@code count}. */
    default IterableDataset<T> skip(long count) {
        return new DerivedStream<>(this, (it, random) -> new Streams.Counted<>(it, count, 1, Long.MAX_VALUE));
    }

    /** Every {@code of}-th element, from number {@code part} on: what one of several processes reads. */
    default IterableDataset<T> shard(int part, int of) {
        if (part < 0 || part >= of) {
            throw CressetException.value("shard: part " + part + " of " + of + "; expected 0 to " + (of - 1));
        }
        return new DerivedStream<>(this, (it, random) -> new Streams.Counted<>(it, part, of, Long.MAX_VALUE));
    }
}
