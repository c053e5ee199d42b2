package org.cresset.data;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * One epoch of a {@link DataLoader}, for one thread. It ends by itself; {@link #close()} ends it early and at once. If
 * it is just left alone, its workers finish the few batches that are under way and their threads end within a second.
 */
public final class BatchIterator<B> implements Iterator<B>, AutoCloseable {
    private static final long IDLE_SECONDS = 1;

    private final Feed<B> feed;
    private final @Nullable ThreadPoolExecutor pool;
    private final int depth;
    private final @Nullable Duration timeout;
    private final Runnable atEnd;
    private final ArrayDeque<Future<@Nullable B>> underway = new ArrayDeque<>();
    private long requested;
    private long delivered;
    private @Nullable B ready;
    private boolean over;
    private boolean exhausted;

    /**
     * @param workers threads that load; 0: the caller's
     * @param depth batches that are loaded ahead
     * @param start the first batch to deliver
     * @param atEnd called when the last batch has been delivered and the next one is asked for
     */
    BatchIterator(Feed<B> feed, int workers, int depth, @Nullable Duration timeout, long start, Runnable atEnd) {
        this.feed = feed;
        this.pool = workers == 0 ? null : newPool(workers);
        this.depth = depth;
        this.timeout = timeout;
        this.requested = start;
        this.delivered = start;
        this.atEnd = atEnd;
        request();
    }

    /** Threads without work end after a while, so nobody has to close what was abandoned. */
    private static ThreadPoolExecutor newPool(int workers) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                workers,
                workers,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("cresset-loader-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private boolean more() {
        return feed.batches() < 0 || requested < feed.batches();
    }

    private void request() {
        while (pool != null && underway.size() < depth && more()) {
            long i = requested++;
            underway.add(pool.submit(() -> feed.fetch(i)));
        }
    }

    /**
     * Waits for the next batch.
     *
     * @throws CressetException where it can't be made, with the sample and the cause; the epoch may go on after it
     */
    @Override
    public boolean hasNext() {
        if (ready == null && !over) {
            try {
                ready = take();
            } catch (CressetException e) {
                delivered++;
                throw e;
            }
            if (ready == null) {
                exhausted = true;
                end();
                atEnd.run();
            }
        }
        return ready != null;
    }

    @Override
    public B next() {
        B batch = hasNext() ? ready : null;
        if (batch == null) {
            throw new NoSuchElementException("DataLoader: the epoch is over; ask the loader for a new iterator");
        }
        ready = null;
        delivered++;
        return batch;
    }

    private @Nullable B take() {
        try {
            if (pool == null) {
                return more() ? feed.fetch(requested++) : null;
            }
            Future<@Nullable B> first = underway.poll();
            if (first == null) {
                return null;
            }
            request();
            return timeout == null ? first.get() : first.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw here(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            close();
            throw CressetException.runtime("DataLoader: batch " + delivered + " was not there after " + timeout
                    + "; the data set hangs, or the timeout is too short for it");
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new CressetException(
                    CressetException.Kind.RUNTIME, "DataLoader: interrupted while waiting for batch " + delivered, e);
        }
    }

    /** A worker's error, thrown again in this thread, so that both stack traces can be seen. */
    private static CressetException here(Throwable t) {
        if (t instanceof CressetException c) {
            return new CressetException(
                    c.kind(), String.valueOf(c.getMessage()), c.getCause() == null ? c : c.getCause());
        }
        return Fetch.failure("a worker failed", t);
    }

    /** The number of batches that this epoch has delivered, with those before it was resumed. */
    public long delivered() {
        return delivered;
    }

    /** Whether the epoch has been read to its end. */
    public boolean isExhausted() {
        return exhausted;
    }

    /** Ends the epoch: stops the workers and waits a moment for what they are at. Does nothing the second time. */
    @Override
    public void close() {
        ready = null;
        if (!over) {
            end();
        }
    }

    private void end() {
        over = true;
        for (Future<?> f : underway) {
            f.cancel(true);
        }
        underway.clear();
        if (pool != null) {
            pool.shutdownNow();
            try {
                pool.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        feed.close();
    }
}
