package org.cresset.base;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that share out large operations. The caller works too; helpers wait for the next job spinning for a few
 * microseconds, because operations follow each other closely, and then asleep. One job runs at a time: who comes while it
 * does, or from inside it, works alone. Nothing that is computed may depend on how the range is cut.
 */
public final class Workers {
    private static final int SPINS = 2_000;

    /** Enough for the usual processor, few enough that what each part has to prepare anew costs little on one thread. */
    private static final int PARTS_ALIKE = 8;

    private static final ScopedValue<Boolean> CUT_ALIKE = ScopedValue.newInstance();

    private static volatile Workers shared = new Workers(Runtime.getRuntime().availableProcessors());

    private final Helper[] helpers;
    private final AtomicLong busy = new AtomicLong();
    private volatile @Nullable Job job;

    /** A part of a range. */
    @FunctionalInterface
    public interface RangeBody {
        /** Handles elements {@code from} to {@code to} (exclusive). */
        void run(long from, long to);
    }

    /** A pool of its own, with {@code threads} threads including the caller. */
    public Workers(int threads) {
        helpers = new Helper[Math.max(threads, 1) - 1];
    }

    /** Number of threads that operations are shared out to, including the caller. */
    public static int threads() {
        return shared.helpers.length + 1;
    }

    /** Sets the number of threads for operations from now on. */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw CressetException.value("setThreads: " + threads + " threads; expected at least 1");
        }
        Workers old = shared;
        if (threads != old.helpers.length + 1) {
            shared = new Workers(threads);
            old.stop();
        }
    }

    /**
     * Into how many parts to cut work for foreign kernels, whose rounding may depend on the size of a part: one for each
     * thread, or inside of {@link #cutAlike} always the same number.
     */
    public static int parts() {
        return CUT_ALIKE.isBound() ? PARTS_ALIKE : threads();
    }

    /** Runs {@code body} so that {@link #parts()} doesn't depend on the number of threads. */
    public static <T extends @Nullable Object, X extends Throwable> T cutAlike(
            ScopedValue.CallableOp<? extends T, X> body) throws X {
        return CUT_ALIKE.isBound()
                ? body.call()
                : ScopedValue.where(CUT_ALIKE, true).<T, X>call(body);
    }

    /** Handles {@code [0, n)} in pieces of at least {@code grain} on the shared pool. */
    public static void parallelFor(long n, long grain, RangeBody body) {
        shared.run(n, grain, body);
    }

    /** Handles {@code [0, n)} in pieces of at least {@code grain}; returns when all are done. */
    public void run(long n, long grain, RangeBody body) {
        long pieces = n / Math.max(grain, 1);
        if (pieces < 2 || helpers.length == 0 || !busy.compareAndSet(0, 1)) {
            if (n > 0) {
                body.run(0, n);
            }
            return;
        }
        try {
            int parts = (int) Math.min(pieces, 4L * (helpers.length + 1));
            Job j = new Job(n, parts, body);
            job = j;
            for (int i = 0; i < helpers.length; i++) {
                wake(i);
            }
            j.work();
            j.await();
        } finally {
            job = null;
            busy.set(0);
        }
    }

    private void wake(int i) {
        Helper h = helpers[i];
        if (h == null) {
            h = new Helper(this, i);
            helpers[i] = h;
            h.start();
        } else if (h.asleep) {
            LockSupport.unpark(h);
        }
    }

    private void stop() {
        for (Helper h : helpers) {
            if (h != null) {
                h.stopped = true;
                LockSupport.unpark(h);
            }
        }
    }

    /** A range being handled; parts are taken in turn by whoever is free. */
    private static final class Job {
        private final long n;
        private final int parts;
        private final RangeBody body;
        private final AtomicLong next = new AtomicLong();
        private final AtomicLong done = new AtomicLong();
        private volatile @Nullable Throwable failure;

        Job(long n, int parts, RangeBody body) {
            this.n = n;
            this.parts = parts;
            this.body = body;
        }

        boolean open() {
            return next.get() < parts;
        }

        void work() {
            for (long p = next.getAndIncrement(); p < parts; p = next.getAndIncrement()) {
                try {
                    if (failure == null) {
                        body.run(n * p / parts, n * (p + 1) / parts);
                    }
                } catch (Throwable t) { // handed to the caller
                    failure = t;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        void await() {
            while (done.get() < parts) {
                Thread.onSpinWait();
            }
            Throwable t = failure;
            if (t instanceof RuntimeException e) {
                throw e;
            }
            if (t instanceof Error e) {
                throw e;
            }
        }
    }

    private static final class Helper extends Thread {
        private final Workers pool;
        volatile boolean asleep;
        volatile boolean stopped;

        Helper(Workers pool, int i) {
            super("cresset-worker-" + i);
            this.pool = pool;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!stopped) {
                Job j = pool.job;
                if (j != null && j.open()) {
                    j.work();
                    continue;
                }
                for (int i = 0; i < SPINS && !available(); i++) {
                    Thread.onSpinWait();
                }
                if (!available()) {
                    asleep = true;
                    if (!available() && !stopped) {
                        LockSupport.park(this);
                    }
                    asleep = false;
                }
            }
        }

        private boolean available() {
            Job j = pool.job;
            return j != null && j.open();
        }
    }
}
