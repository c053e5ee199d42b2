package org.cresset.onednn;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What holds objects of the library's and is kept for later calls. They take hundreds of kilobytes of which the garbage
 * collector knows nothing; so they are destroyed as soon as the cache has let go of them and the last user is done.
 */
abstract class Cached implements AutoCloseable {
    /** The cache counts as one. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** When the cache gave it last, in its own count. */
    volatile long used;

    /** Becomes another user; false if it is destroyed already. */
    boolean acquire() {
        int n = users.get();
        while (n > 0 && !users.compareAndSet(n, n + 1)) {
            n = users.get();
        }
        return n > 0;
    }

    /** Is a user no more. */
    @Override
    public void close() {
        if (users.decrementAndGet() == 0) {
            destroy();
        }
    }

    abstract void destroy();
}
