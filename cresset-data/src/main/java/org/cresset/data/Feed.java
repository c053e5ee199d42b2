package org.cresset.data;

import org.jspecify.annotations.Nullable;

/** Where the batches of one epoch come from. */
interface Feed<B> extends AutoCloseable {
    /** How many batches there are, or -1 where only the end will tell. */
    long batches();

    /**
     * Batch number {@code i}, or null after the end. Several threads may be at it at once; each number is asked for at
     * most once, and no later than the numbers after it.
     *
     * @throws InterruptedException where the epoch is closed meanwhile
     */
    @Nullable
    B fetch(long i) throws InterruptedException;

    /** Closes what the feed holds open; nothing is fetched any more. */
    @Override
    default void close() {}
}
