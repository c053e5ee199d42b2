package org.cresset.data;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.cresset.base.CressetException;
import org.cresset.random.Generator;
import org.cresset.random.Reproducible;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of a data set's elements, in this thread or ahead of it in others. As {@code
 * torch.utils.data.DataLoader}, with the same order for the same seed.
 *
 * <pre>{@code
 * var loader = DataLoader.of(Digits.train()).batchSize(64).shuffle(true).seed(0).workers(2).build();
 * for (var batch : loader) {
 *     train(batch.input(), batch.target());
 * }
 * }</pre>
 *
 * Each iteration is one epoch. Order and augmentation depend on the seed and the number of epochs before, never on the
 * number of workers. An iterator that is left before its end needs no closing. A loader is used by one thread at a
 * time.
 */
public final class DataLoader<B> implements Iterable<B>, AutoCloseable {
    private final FeedFactory<B> feeds;
    private final @Nullable BatchSampler sampler;
    private final @Nullable Generator generator;
    private final int workers;
    private final int depth;
    private final @Nullable Duration timeout;

    private long epochs;
    private @Nullable Epoch epoch;
    private @Nullable BatchIterator<B> iterator;
    private @Nullable Epoch resumed;
    private long resumedBatches;

    /**
     * What is random in an epoch: the seed of its elements and the state of the generator that its order is drawn from.
     */
    private record Epoch(long seed, byte[] order) {}

    /** Opens an epoch from one of its batches on. */
    private interface FeedFactory<B> {
        Feed<B> open(long[][] order, long seed, long start);
    }

    private DataLoader(Builder<B> b, @Nullable BatchSampler sampler) {
        this.feeds = b.feeds();
        this.sampler = sampler;
        this.generator = b.generator;
        this.workers = b.workers;
        this.depth = Math.multiplyExact(b.workers, b.prefetch);
        this.timeout = b.timeout;
    }

    /** A loader of examples; those that lie in tensors are fetched batch by batch. */
    public static Builder<Batch> of(Dataset<Example> dataset) {
        return new Builder<>(new Indexed<>(dataset.size(), Fetch.examples(dataset)));
    }

    /** A loader of any elements, with a way to make batches of them. */
    public static <T, B> Builder<B> of(Dataset<T> dataset, Collate<T, B> collate) {
        return new Builder<>(new Indexed<>(dataset.size(), Fetch.oneByOne(dataset, collate)));
    }

    /** A loader of examples that come in a stream. */
    public static Builder<Batch> of(IterableDataset<Example> stream) {
        return of(stream, Collate.examples());
    }

    /** A loader of any elements that come in a stream, with a way to make batches of them. */
    public static <T, B> Builder<B> of(IterableDataset<T> stream, Collate<T, B> collate) {
        MappedStream<?, T> mapped =
                stream instanceof MappedStream<?, T> m ? m : new MappedStream<T, T>(stream, (x, random) -> x);
        return new Builder<>(streamed(mapped, collate));
    }

    private static <S, T, B> Source<B> streamed(MappedStream<S, T> stream, Collate<T, B> collate) {
        return new Streamed<>(stream, collate);
    }

    /** What a builder knows of where elements come from. */
    private sealed interface Source<B> {
        FeedFactory<B> feeds(Builder<B> b);
    }

    private record Indexed<B>(long size, Fetch<B> fetch) implements Source<B> {
        @Override
        public FeedFactory<B> feeds(Builder<B> b) {
            return (order, seed, start) -> new IndexedFeed<>(order, fetch, seed);
        }
    }

    private record Streamed<S, T, B>(MappedStream<S, T> stream, Collate<T, B> collate) implements Source<B> {
        @Override
        public FeedFactory<B> feeds(Builder<B> b) {
            int batchSize = b.batchSize;
            boolean dropLast = b.dropLast;
            return (order, seed, start) -> new StreamFeed<>(stream, collate, batchSize, dropLast, seed, start);
        }
    }

    // ---- iterating ----

    /** Begins the next epoch, or goes on with the one that {@link #loadStateDict} restored. */
    @Override
    public BatchIterator<B> iterator() {
        Epoch e = resumed;
        long start = e == null ? 0 : resumedBatches;
        if (e == null) {
            e = begin();
            epochs++;
        }
        resumed = null;
        epoch = e;
        Generator order = generator == null ? Generator.ofSeed(0) : generator;
        order.setState(e.order);
        BatchSampler s = sampler;
        long[][] batches = s == null ? new long[0][] : s.batches(order);
        Feed<B> feed = feeds.open(batches, e.seed, start);
        Feed<B> repeating = Reproducible.isOn() ? new ReproducibleFeed<>(feed, e.seed) : feed;
        BatchIterator<B> it = new BatchIterator<>(repeating, workers, depth, timeout, start, () -> {
            if (s != null) {
                s.afterEpoch(order);
            }
        });
        iterator = it;
        return it;
    }

    /** Draws what an epoch needs, in PyTorch's order: a seed for the elements, then one for the order. */
    private Epoch begin() {
        if (generator != null) {
            return new Epoch(generator.random64() & Long.MAX_VALUE, generator.getState());
        }
        Generator g = Generator.defaultGenerator();
        long seed = g.random64() & Long.MAX_VALUE;
        boolean random = sampler != null && sampler.isRandom();
        return new Epoch(
                seed,
                Generator.ofSeed(random ? g.random64() & Long.MAX_VALUE : 0).getState());
    }

    /** Batches in an epoch; empty for a stream, which only its end can tell. */
    public OptionalLong batchCount() {
        return sampler == null ? OptionalLong.empty() : OptionalLong.of(sampler.size());
    }

    /** How many epochs have begun. */
    public long epochs() {
        return epochs;
    }

    /** Ends the epoch that is under way, if any, and its threads. The loader can be iterated again. */
    @Override
    public void close() {
        if (iterator != null) {
            iterator.close();
        }
    }

    // ---- state ----

    /**
     * Where this loader is, for a checkpoint: after {@link #loadStateDict} on a loader that was built alike, iterating
     * goes on with the batch after the last one delivered here, and later epochs are the same as here. Without a seed
     * of its own, a loader draws each epoch's seed from the default generator, whose state is not in here.
     */
    public Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Epoch e = resumed;
        long batches = resumedBatches;
        if (e == null && iterator != null && !iterator.isExhausted()) {
            e = epoch;
            batches = iterator.delivered();
        }
        state.put("epochs", scalar(epochs));
        state.put("batches", scalar(e == null ? -1 : batches));
        if (e != null) {
            state.put("seed", scalar(e.seed));
            state.put("generator", bytes(e.order));
        } else if (generator != null) {
            state.put("generator", bytes(generator.getState()));
        }
        return state;
    }

    private static Tensor scalar(long v) {
        return Tensor.from(new long[] {v});
    }

    private static Tensor bytes(byte[] v) {
        return Tensor.from(v, v.length);
    }

    /**
     * Goes to where another loader was.
     *
     * @throws CressetException of kind VALUE for a state that isn't a loader's
     */
    public void loadStateDict(Map<String, Tensor> state) {
        long newEpochs = entry(state, "epochs").itemLong();
        long batches = entry(state, "batches").itemLong();
        close();
        iterator = null;
        resumed = null;
        if (batches >= 0) {
            resumed = new Epoch(entry(state, "seed").itemLong(), toBytes(entry(state, "generator")));
            resumedBatches = batches;
        } else if (generator != null) {
            generator.setState(toBytes(entry(state, "generator")));
        }
        epochs = newEpochs;
    }

    private static byte[] toBytes(Tensor t) {
        return t.toSegment().toArray(ValueLayout.JAVA_BYTE);
    }

    private static Tensor entry(Map<String, Tensor> state, String key) {
        Tensor t = state.get(key);
        if (t == null) {
            throw CressetException.value("loadStateDict: the state has no \"" + key + "\", only " + state.keySet()
                    + "; give what stateDict of a loader built alike returned");
        }
        return t;
    }

    // ---- building ----

    /** The settings of a loader. */
    public static final class Builder<B> {
        private final Source<B> source;
        private int batchSize = 1;
        private boolean shuffle;
        private boolean dropLast;
        private int workers;
        private int prefetch = 2;
        private @Nullable Generator generator;
        private @Nullable Sampler sampler;
        private @Nullable BatchSampler batchSampler;
        private @Nullable Duration timeout;
        private @Nullable BiFunction<? super B, ? super Generator, ? extends B> augment;

        private Builder(Source<B> source) {
            this.source = source;
        }

        private FeedFactory<B> feeds() {
            FeedFactory<B> plain = source.feeds(this);
            BiFunction<? super B, ? super Generator, ? extends B> f = augment;
            return f == null
                    ? plain
                    : (order, seed, start) -> new AugmentedFeed<>(plain.open(order, seed, start), f, seed);
        }

        /** Elements in a batch; 1 by default. */
        public Builder<B> batchSize(int size) {
            batchSize = size;
            return this;
        }

        /** Whether each epoch has an order of its own. */
        public Builder<B> shuffle(boolean on) {
            shuffle = on;
            return this;
        }

        /** Whether a last batch that isn't full is left out. */
        public Builder<B> dropLast(boolean on) {
            dropLast = on;
            return this;
        }

        /** Threads that load ahead of the consumer; 0, the default, loads in the consumer's thread when it asks. */
        public Builder<B> workers(int threads) {
            workers = threads;
            return this;
        }

        /** Batches that are loaded ahead for each worker; 2 by default. */
        public Builder<B> prefetch(int batches) {
            prefetch = batches;
            return this;
        }

        /** A generator of the loader's own with this seed. Without it, epochs are seeded by the default generator. */
        public Builder<B> seed(long seed) {
            return generator(Generator.ofSeed(seed));
        }

        /** A generator for order and augmentation, which the loader advances. */
        public Builder<B> generator(Generator g) {
            generator = g;
            return this;
        }

        /** The order of the elements. */
        public Builder<B> sampler(Sampler s) {
            sampler = s;
            return this;
        }

        /** The batches; takes the place of batch size, shuffling, sampler and dropLast. */
        public Builder<B> batchSampler(BatchSampler s) {
            batchSampler = s;
            return this;
        }

        /** How long to wait for a batch before giving up with an error; for ever by default. Needs workers. */
        public Builder<B> timeout(Duration limit) {
            timeout = limit;
            return this;
        }

        /** Changes each batch after it was made, in the worker. */
        public Builder<B> augment(BiFunction<? super B, ? super Generator, ? extends B> function) {
            augment = function;
            return this;
        }

        /**
         * The loader.
         *
         * @throws CressetException of kind VALUE for settings that are out of range or exclude each other
         */
        public DataLoader<B> build() {
            require(batchSize >= 1, "a batch size of " + batchSize + "; expected at least 1");
            require(workers >= 0, workers + " workers; expected at least 0");
            require(prefetch >= 1, "prefetch of " + prefetch + " batches; expected at least 1");
            require(sampler == null || !shuffle, "shuffle with a sampler; the sampler decides on the order");
            require(
                    batchSampler == null || sampler == null && !shuffle && !dropLast && batchSize == 1,
                    "a batch sampler with batch size, shuffle, dropLast or sampler; it decides on all of them");
            if (source instanceof Indexed<B> indexed) {
                return new DataLoader<>(this, batches(indexed.size));
            }
            require(
                    batchSampler == null && sampler == null && !shuffle,
                    "a stream with a sampler or shuffle; its elements come in its own order, see"
                            + " IterableDataset.shuffle");
            return new DataLoader<>(this, null);
        }

        private BatchSampler batches(long size) {
            if (batchSampler != null) {
                return batchSampler;
            }
            Sampler s = sampler;
            if (s == null) {
                s = shuffle ? new RandomSampler(size) : new SequentialSampler(size);
            }
            return BatchSampler.of(s, batchSize, dropLast);
        }

        private static void require(boolean fulfilled, String otherwise) {
            if (!fulfilled) {
                throw CressetException.value("DataLoader: " + otherwise);
            }
        }
    }
}
