package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Kernel;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;
import org.jspecify.annotations.Nullable;

/**
 * One loop in two forms that compute the same bits. The scalar one is fast enough from the first call on; the vector one is
 * much faster, but only after the JIT compiler has seen it run for a while. So a loop begins scalar; when it turns out to
 * matter, a background thread runs the vector form on scratch memory until it is compiled, and then it takes over.
 */
final class Tiers {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && !Boolean.getBoolean("cresset.scalar");
    private static final long WORTH_WARMING = 1 << 17;
    private static final int SMALLEST_FOR_VECTORS = 16;

    /** Nanoseconds; long loops compile slowly on busy machines. */
    private static final long PATIENCE = 10_000_000_000L;

    static final String PACKAGE = "org.cresset.op.gen";

    private final Loop loop;
    private @Nullable Kernel scalar;
    private volatile @Nullable Kernel vector;
    private long seen;
    private boolean asked;

    Tiers(Loop loop) {
        this.loop = loop;
    }

    /** Whether vector loops can be used at all. */
    static boolean vectors() {
        return VECTORS;
    }

    /** The form to run n elements with. */
    Kernel pick(long n) {
        Kernel v = vector;
        if (v != null && n >= SMALLEST_FOR_VECTORS) {
            return v;
        }
        Kernel s = scalar;
        if (s == null) {
            s = load(loop.name());
            scalar = s;
        }
        if (!asked) {
            seen += n;
            if (seen > WORTH_WARMING) {
                asked = true;
                if (VECTORS) {
                    Warmer.queue(this);
                } else {
                    Hint.give();
                }
            }
        }
        return s;
    }

    /** The vector form now, compiled or not, for tests; null if there is none. */
    @Nullable
    Kernel vectorNow() {
        return VECTORS && loop.vectorizable() ? load(loop.name() + "V") : null;
    }

    private Kernel load(String name) {
        try {
            return (Kernel)
                    Class.forName(PACKAGE + "." + name).getDeclaredConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            return Emitted.define(loop, name);
        } catch (InstantiationException
                | IllegalAccessException
                | InvocationTargetException
                | NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private void warm() {
        if (!loop.vectorizable()) {
            return;
        }
        Kernel v = load(loop.name() + "V");
        int n = 2048;
        long bytes = 8L * n;
        // From the pool: another kind of segment would spoil what the compiler has learned about the loops.
        Storage scratch = Memory.allocate(4 * bytes);
        try {
            MemorySegment m = scratch.segment().fill((byte) 0);
            Kernel s = load(loop.name());
            long start = System.nanoTime();
            long best = Long.MAX_VALUE;
            long plain = Long.MAX_VALUE;
            // A compiled loop of something cheap needs well under 3 ns an element, the interpreter hundreds. What is
            // dear by
            // itself has to be clearly faster than the scalar form, which is compiled sooner.
            for (int i = 0; System.nanoTime() - start < PATIENCE && (i < 50 || !isCompiled(best, plain, n)); i++) {
                best = Math.min(best, time(v, m, bytes, n));
                if (i % 10 == 0) {
                    plain = Math.min(plain, time(s, m, bytes, n));
                }
            }
            if (isCompiled(best, plain, n)) {
                vector = v;
            }
        } finally {
            scratch.free();
        }
    }

    private static long time(Kernel k, MemorySegment m, long bytes, int n) {
        long t = System.nanoTime();
        k.run(m, 0, m, bytes, m, 2 * bytes, m, 3 * bytes, n);
        return System.nanoTime() - t;
    }

    private static boolean isCompiled(long vector, long scalar, int n) {
        return vector <= 3L * n || vector < scalar / 2;
    }

    /** Waits until no loop is being warmed or waits for it, but not longer than some milliseconds; for measurements. */
    static boolean settle(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (Warmer.BUSY.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    /** One line, once, about what is missing. */
    private static final class Hint {
        static {
            if (!Boolean.getBoolean("cresset.scalar")) {
                System.getLogger("org.cresset")
                        .log(
                                System.Logger.Level.WARNING,
                                "loops run without vector instructions, several times slower;"
                                        + " start Java with --add-modules jdk.incubator.vector");
            }
        }

        /** Loads this class. */
        static void give() {}
    }

    /** Classes for loops that aren't known when Cresset is built. */
    private static final class Emitted extends ClassLoader {
        private static final Emitted LOADER = new Emitted();

        private Emitted() {
            super(Tiers.class.getClassLoader());
        }

        static Kernel define(Loop loop, String name) {
            synchronized (LOADER) {
                try {
                    Class<?> c = LOADER.findLoadedClass(PACKAGE + "." + loop.name());
                    if (c == null) {
                        c = LOADER.define(LoopEmitter.scalar(PACKAGE, loop));
                    }
                    if (!name.equals(loop.name())) {
                        Class<?> v = LOADER.findLoadedClass(PACKAGE + "." + name);
                        c = v != null ? v : LOADER.define(LoopEmitter.vector(PACKAGE, loop));
                    }
                    return (Kernel) c.getDeclaredConstructor().newInstance();
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private Class<?> define(byte[] code) {
            return defineClass(null, code, 0, code.length);
        }
    }

    /** The thread that warms loops, one after the other. */
    private static final class Warmer {
        private static final LinkedBlockingQueue<Tiers> QUEUE = new LinkedBlockingQueue<>();
        private static final AtomicInteger BUSY = new AtomicInteger();
        private static boolean started;

        static synchronized void queue(Tiers t) {
            BUSY.incrementAndGet();
            QUEUE.add(t);
            if (!started) {
                started = true;
                Thread thread = new Thread(Warmer::work, "cresset-warm-up");
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.start();
            }
        }

        private static void work() {
            try {
                while (true) {
                    QUEUE.take().warm();
                    BUSY.decrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
