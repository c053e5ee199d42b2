package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Kernel;
import org.cresset.emit.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The thread that prepares vector loops. It runs each on scratch memory just as often as the JIT compiler wants before it
 * compiles a method for good, then leaves the processor to the compiler and looks now and then whether the loop has become
 * fast. Many loops wait for the compiler side by side, so that a net's worth of them is ready within seconds.
 */
public final class WarmUp {
    /** Enough for HotSpot's last tier: 600 calls, and 15,000 calls and turns of loops together. */
    static final int CALLS = 800;

    static final int CALLS_AT_ONCE = 100;

    /** Bytes of an operand: 32 turns of the loop with the widest vectors, 64 with half of that. */
    private static final int ROW = 32 * 64;

    /** After so long a loop stays as it is; nanoseconds. */
    static final long PATIENCE = 60_000_000_000L;

    private static final long BETWEEN_LOOKS = 2_000_000;

    private static final LinkedBlockingQueue<Supplier<? extends @Nullable Preparation>> QUEUE =
            new LinkedBlockingQueue<>();
    private static final AtomicInteger BUSY = new AtomicInteger();
    private static boolean started;

    private WarmUp() {}

    /** The way of one loop to its vector form. */
    interface Preparation {
        /** Does what is next; whether the loop is through. */
        boolean proceed();

        /** Whether it waits for the compiler. */
        boolean waits();
    }

    /** Asks for the vector form of a loop, if it has one; of that the calling thread wants to know nothing. */
    static synchronized void queue(Supplier<? extends @Nullable Preparation> loop) {
        BUSY.incrementAndGet();
        QUEUE.add(loop);
        if (!started) {
            started = true;
            Thread thread = new Thread(WarmUp::work, "cresset-warm-up");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.start();
        }
    }

    /**
     * For measurements: waits until no loop is being prepared.
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
        List<Preparation> tasks = new ArrayList<>();
        try {
            while (true) {
                for (var t = tasks.isEmpty() ? QUEUE.take() : QUEUE.poll(); t != null; t = QUEUE.poll()) {
                    Preparation task = t.get();
                    if (task == null) {
                        BUSY.decrementAndGet();
                    } else {
                        tasks.add(task);
                    }
                }
                boolean waiting = true;
                for (Preparation t : List.copyOf(tasks)) {
                    waiting &= t.waits();
                    if (t.proceed()) {
                        tasks.remove(t);
                        BUSY.decrementAndGet();
                    }
                }
                if (waiting) {
                    LockSupport.parkNanos(BETWEEN_LOOKS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One loop on its way. */
    static final class Task implements Preparation {
        private final Kernel vector;
        private final Kernel scalar;
        private final Tiers tiers;
        private final Loop loop;
        private final int n;
        private final long start = System.nanoTime();
        private @Nullable Storage scratch;
        private int calls;
        private long best = Long.MAX_VALUE;
        private long plain = Long.MAX_VALUE;

        Task(Loop loop, Kernel vector, Kernel scalar, Tiers tiers) {
            this.loop = loop;
            this.vector = vector;
            this.scalar = scalar;
            this.tiers = tiers;
            // Loops with accumulators handle several vectors in a turn.
            n = (loop.accumulators().isEmpty() ? 1 : 2)
                    * ROW
                    / loop.type().dtype().size();
        }

        @Override
        public boolean waits() {
            return calls >= CALLS;
        }

        @Override
        public boolean proceed() {
            // From the pool: another kind of segment would spoil what the compiler has learned about the loops.
            if (scratch == null) {
                scratch = Memory.allocate(16L * ROW);
                fill(scratch.segment());
            }
            MemorySegment m = scratch.segment();
            int more = calls < CALLS ? CALLS_AT_ONCE : 1;
            for (int i = 0; i < more; i++) {
                best = Math.min(best, time(vector, m));
                if (i % 10 == 0) {
                    plain = Math.min(plain, time(scalar, m));
                }
            }
            calls += more;
            boolean compiled = calls >= CALLS && isCompiled();
            if (compiled) {
                tiers.ready(vector);
            }
            if (compiled || System.nanoTime() - start > PATIENCE) {
                scratch.free();
                return true;
            }
            return false;
        }

        /**
         * Numbers such as a loop meets: of zeros alone the compiler would learn wrong things about what is rare, and the scalar
         * form, which has branches, would seem faster than it is.
         */
        private void fill(MemorySegment m) {
            Random random = new Random(0);
            for (int k = 0; k < 4; k++) {
                DType t = k < loop.repeated().size()
                        ? loop.rows().get(k).dtype(loop.type())
                        : loop.type().dtype();
                for (int i = 0; i < 4 * ROW; i += t.size()) {
                    double x = t.isDifferentiable() ? 0.1 + 0.8 * random.nextDouble() : 1 + random.nextInt(20);
                    Convert.writeDouble(t, m, 4L * ROW * k + i, x);
                }
            }
        }

        private long time(Kernel k, MemorySegment m) {
            long row = 4L * ROW;
            long t = System.nanoTime();
            k.run(m, 0, m, row, m, 2 * row, m, 3 * row, n);
            return System.nanoTime() - t;
        }

        /**
         * A compiled loop of something cheap needs well under 3 ns an element, the interpreter hundreds. What is dear by itself
         * has to be clearly faster than the scalar form; that alone says nothing, for both may still be interpreted.
         */
        private boolean isCompiled() {
            return best <= 3L * n || best <= 15L * n && best < plain * 3 / 4;
        }
    }
}
