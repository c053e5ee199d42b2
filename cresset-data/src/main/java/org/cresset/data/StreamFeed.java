package org.cresset.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.cresset.random.Generator;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a stream's elements: read in turn, so that their order is the stream's, then mapped and collated side by
 * side.
 */
final class StreamFeed<S, T, B> implements Feed<B> {
    private final IterableDataset<S> source;
    private final BiFunction<? super S, ? super Generator, ? extends T> function;
    private final Collate<T, B> collate;
    private final int batchSize;
    private final boolean dropLast;
    private final long seed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition turnChanged = lock.newCondition();
    private volatile @Nullable Iterator<S> iterator;
    private long turn;
    private long elementsRead;
    private volatile boolean ended;

    /** @param start the first batch that will be asked for; the elements of those before it are read and dropped */
    StreamFeed(
            MappedStream<S, T> stream, Collate<T, B> collate, int batchSize, boolean dropLast, long seed, long start) {
        this.source = stream.source();
        this.function = stream.function();
        this.collate = collate;
        this.batchSize = batchSize;
        this.dropLast = dropLast;
        this.seed = seed;
        this.turn = start;
    }

    @Override
    public long batches() {
        return -1;
    }

    @Override
    public @Nullable B fetch(long i) throws InterruptedException {
        List<S> raw = read(i);
        if (raw.isEmpty() || dropLast && raw.size() < batchSize) {
            return null;
        }
        long batchSeed = Seeds.mix(seed, i);
        List<T> elements = new ArrayList<>(raw.size());
        Generator random = Generator.ofSeed(batchSeed);
        for (int j = 0; j < raw.size(); j++) {
            try {
                elements.add(function.apply(raw.get(j), random.manualSeed(Seeds.mix(batchSeed, j))));
            } catch (Throwable t) {
                throw Fetch.failure("element " + (i * batchSize + j) + " of the stream could not be loaded", t);
            }
        }
        try {
            return Fetch.some(collate.collate(elements));
        } catch (Throwable t) {
            throw Fetch.failure("batch " + i + " of the stream could not be made", t);
        }
    }

    private List<S> read(long i) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (turn != i) {
                turnChanged.await();
            }
            return readBatch(i);
        } catch (RuntimeException | Error e) {
            ended = true;
            throw Fetch.failure("element " + elementsRead + " of the stream could not be read", e);
        } finally {
            if (turn == i) {
                turn++;
                turnChanged.signalAll();
            }
            lock.unlock();
        }
    }

    private List<S> readBatch(long i) {
        List<S> raw = new ArrayList<>(batchSize);
        if (ended) {
            return raw;
        }
        Iterator<S> it = iterator;
        if (it == null) {
            it = source.iterator(Generator.ofSeed(Seeds.mix(~seed, 0)));
            iterator = it;
        }
        for (; elementsRead < i * batchSize && it.hasNext(); elementsRead++) {
            it.next();
        }
        for (; raw.size() < batchSize && it.hasNext(); elementsRead++) {
            raw.add(it.next());
        }
        ended = raw.size() < batchSize;
        return raw;
    }

    /** A worker that is stuck in a read doesn't hold this up; losing its file ends most reads. */
    @Override
    public void close() {
        boolean locked = lock.tryLock();
        try {
            ended = true;
            Iterator<S> it = iterator;
            iterator = null;
            if (it != null) {
                Streams.close(it);
            }
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }
}
