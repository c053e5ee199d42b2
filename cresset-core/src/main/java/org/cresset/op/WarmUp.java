package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import org.cresset.base.Background;
import org.jspecify.annotations.Nullable;

/**
 * The thread that prepares vector code. It runs each piece on scratch memory just as often as the JIT compiler wants before it
 * compiles a method for good, then leaves the processor to the compiler and looks now and then whether the piece has become
 * fast. Many wait for the compiler side by side, so that a net's worth of them is ready within seconds.
 */
public final class WarmUp {
    /** Turns of a loop in a call that suffice for what is said about {@link #CALLS}. */
    public static final int TURNS = 32;

    /** HotSpot's last tier wants 600 calls, and 15,000 calls and turns together, after the tier below is compiled. */
    private static final int CALLS = 1000;

    /** After so many calls code is compiled for good; if it isn't the faster one by then, it won't be. */
    private static final int ENOUGH = 100 * CALLS;

    /** Nanoseconds of calls at once: hundreds of calls of compiled code, a few of what isn't. */
    private static final long SLICE = 1_000_000;

    /** After so long code stays as it is; nanoseconds. */
    private static final long PATIENCE = 60_000_000_000L;

    private static final long SHORTEST_REST = 2_000_000;

    private static final long LONGEST_REST = 100_000_000;

    /**
     * Code that isn't compiled runs hundreds of times slower than it will. When everything has been called often enough, the
     * processor is left so many times longer than a look took to those who compile it, and to whom it is for.
     */
    private static final int REST = 10;

    private static final LinkedBlockingQueue<Supplier<? extends @Nullable Trial>> QUEUE = new LinkedBlockingQueue<>();
    private static final AtomicInteger BUSY = new AtomicInteger();
    private static boolean started;

    private WarmUp() {}

    /** Code that needs to be compiled before it is used, with scratch memory to run it on. */
    public interface Trial extends AutoCloseable {
        /** Runs it once. */
        void run();

        /** Runs what is used until it is ready, on the same memory; nothing if that can't be compared. */
        default void runPlain() {}

        /** Whether what is used until then needs no compiler, and may be the faster one for good. */
        default boolean plainIsFast() {
            return false;
        }

        /** How many elements a run handles. */
        int elements();

        /** It is compiled. */
        void ready();

        /** Gives scratch memory back; the last call. */
        @Override
        void close();
    }

    /** Bytes of the widest vectors of this processor. */
    public static int vectorBytes() {
        return Vectors.BYTES;
    }

    /** Loaded only where the Vector API is. */
    private static final class Vectors {
        static final int BYTES = FloatVector.SPECIES_PREFERRED.vectorByteSize();
    }

    /** Asks for code to be prepared, if there is any (null: none); of that the calling thread wants to know nothing. */
    public static synchronized void queue(Supplier<? extends @Nullable Trial> trial) {
        BUSY.incrementAndGet();
        QUEUE.add(trial);
        if (!started) {
            started = true;
            Background.thread("cresset-warm-up", WarmUp::work).start();
        }
    }

    /**
     * For measurements: waits until nothing is being prepared.
     *
     * @return whether that is so, or the time was over before
     */
    public static boolean settle(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (BUSY.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    private static void work() {
        List<Preparation> all = new ArrayList<>();
        try {
            while (true) {
                for (var t = all.isEmpty() ? QUEUE.take() : QUEUE.poll(); t != null; t = QUEUE.poll()) {
                    Trial trial = t.get();
                    if (trial == null) {
                        BUSY.decrementAndGet();
                    } else {
                        all.add(new Preparation(trial));
                    }
                }
                long start = System.nanoTime();
                boolean waiting = true;
                for (Preparation p : List.copyOf(all)) {
                    waiting &= p.waits();
                    if (p.proceed()) {
                        all.remove(p);
                        BUSY.decrementAndGet();
                    }
                }
                if (waiting) {
                    long spent = System.nanoTime() - start;
                    LockSupport.parkNanos(Math.clamp(REST * spent, SHORTEST_REST, LONGEST_REST));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The way of one piece of code. */
    private static final class Preparation {
        private final Trial trial;
        private final long start = System.nanoTime();
        private int calls;
        private long best = Long.MAX_VALUE;
        private long plain = Long.MAX_VALUE;

        Preparation(Trial trial) {
            this.trial = trial;
        }

        /** Whether it waits for the compiler. */
        boolean waits() {
            return calls >= CALLS;
        }

        /** Does what is next; whether it is through. */
        boolean proceed() {
            long begin = System.nanoTime();
            long now = begin;
            while (now - begin < SLICE) {
                trial.run();
                long end = System.nanoTime();
                best = Math.min(best, end - now);
                if (calls++ % 10 == 0) {
                    trial.runPlain();
                    plain = Math.min(plain, System.nanoTime() - end);
                }
                now = System.nanoTime();
            }
            boolean compiled = isCompiled();
            if (compiled) {
                trial.ready();
            }
            if (compiled || calls > ENOUGH || System.nanoTime() - start > PATIENCE) {
                trial.close();
                return true;
            }
            return false;
        }

        /**
         * Compiled code for something cheap needs well under 3 ns an element, the interpreter hundreds. What is dear by itself
         * has to be clearly faster than the plain form, when that has been called often enough to be compiled: interpreted, each
         * may be the slower one by far.
         */
        private boolean isCompiled() {
            long n = trial.elements();
            if (trial.plainIsFast()) {
                return waits() && best < plain * 7 / 8;
            }
            return best <= 3 * n || waits() && (best <= plain / 2 || best <= 15 * n && best < plain * 3 / 4);
        }
    }
}
