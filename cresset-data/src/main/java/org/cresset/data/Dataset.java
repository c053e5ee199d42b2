package org.cresset.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.cresset.base.CressetException;
import org.cresset.random.Draws;
import org.cresset.random.Generator;

/**
 * Elements that are found by their number, as a map-style {@code torch.utils.data.Dataset}. A loader with workers calls
 * {@code get} from several threads at once.
 */
public interface Dataset<T> {
    /** Number of elements. */
    long size();

    /**
     * Element {@code index}, from 0 to {@code size() - 1}.
     *
     * @throws CressetException of kind INDEX for any other number
     */
    T get(long index);

    /**
     * Element {@code index}, with {@code random} as the only source of chance. Loaders call this one with a generator
     * that depends on their seed and the element's place in the epoch alone, so that augmented data repeat for any
     * number of workers. Data sets without chance need not override it.
     */
    default T get(long index, Generator random) {
        return get(index);
    }

    /** Each element through a function. */
    default <R> Dataset<R> map(Function<? super T, ? extends R> function) {
        return new MappedDataset<>(this, (x, random) -> function.apply(x));
    }

    /** Each element through a function that may draw from a generator. */
    default <R> Dataset<R> augment(BiFunction<? super T, ? super Generator, ? extends R> function) {
        return new MappedDataset<>(this, function);
    }

    /**
     * Each element made once, when it is first asked for, and kept in memory. Chance is no part of what is kept: augment
     * what comes out of the cache. {@link DiskCache} keeps examples in files.
     */
    default Dataset<T> cached() {
        return new CachedDataset<>(this);
    }

    /** The elements with these numbers, in this order. As {@code torch.utils.data.Subset}. */
    default Subset<T> subset(long... indices) {
        return new Subset<>(this, indices);
    }

    /**
     * Parts of the given lengths, which must add up to the size, filled in random order. As
     * {@code torch.utils.data.random_split}, with the same numbers for the same generator.
     */
    default List<Subset<T>> randomSplit(Generator generator, long... lengths) {
        long sum = 0;
        for (long length : lengths) {
            if (length < 0) {
                throw CressetException.value("randomSplit: a length of " + length + "; expected at least 0");
            }
            sum += length;
        }
        if (sum != size()) {
            throw CressetException.value("randomSplit: the lengths " + Arrays.toString(lengths) + " add up to " + sum
                    + ", the data set has " + size() + " elements; give lengths that add up to its size, or fractions");
        }
        long[] order = Draws.permutation(generator, Math.toIntExact(size()));
        List<Subset<T>> parts = new ArrayList<>();
        int from = 0;
        for (long length : lengths) {
            parts.add(subset(Arrays.copyOfRange(order, from, from + (int) length)));
            from += (int) length;
        }
        return parts;
    }

    /**
     * Parts by fractions that add up to 1. What is left after rounding down goes to the parts in turn, one element
     * each.
     */
    default List<Subset<T>> randomSplit(Generator generator, double... fractions) {
        double sum = 0;
        long left = size();
        long[] lengths = new long[fractions.length];
        for (int i = 0; i < fractions.length; i++) {
            if (!(fractions[i] >= 0 && fractions[i] <= 1)) {
                throw CressetException.value("randomSplit: a fraction of " + fractions[i] + "; expected 0 to 1");
            }
            sum += fractions[i];
            lengths[i] = (long) Math.floor(size() * fractions[i]);
            left -= lengths[i];
        }
        if (!(Math.abs(sum - 1) < 1e-6)) {
            throw CressetException.value(
                    "randomSplit: the fractions " + Arrays.toString(fractions) + " add up to " + sum + "; expected 1");
        }
        for (int i = 0; left > 0; left--, i++) {
            lengths[i % lengths.length]++;
        }
        return randomSplit(generator, lengths);
    }

    /** A list as a data set. */
    static <T> Dataset<T> of(List<? extends T> elements) {
        return new ListDataset<>(List.copyOf(elements));
    }

    /** Checks a number of an element; for implementations of {@link #get(long)}. */
    static long checkIndex(long index, long size) {
        if (index < 0 || index >= size) {
            throw CressetException.index("get: element " + index + " of a data set of " + size);
        }
        return index;
    }
}
