package org.cresset.optim;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.Loop;
import org.cresset.emit.LoopEmitter;
import org.cresset.emit.WideKernel;
import org.cresset.op.WarmUp;
import org.jspecify.annotations.Nullable;

/**
 * An update's loop in two forms that compute the same bits: a scalar one from the first step on, and a vector one, which takes
 * over when a background thread has run it on scratch memory until it is compiled. Without {@code jdk.incubator.vector} it
 * stays with the scalar one.
 */
final class UpdateKernel {
    static final String PACKAGE = "org.cresset.optim.gen";

    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && !Boolean.getBoolean("cresset.scalar");
    private static final long WORTH_WARMING = 1 << 17;
    private static final int SMALLEST_FOR_VECTORS = 16;

    private final Loop loop;
    private @Nullable WideKernel scalar;
    private volatile @Nullable WideKernel vector;
    private long seen;
    private boolean asked;

    UpdateKernel(Loop loop) {
        this.loop = loop;
    }

    Loop loop() {
        return loop;
    }

    /** The form to run n elements with. */
    WideKernel pick(long n) {
        WideKernel v = vector;
        if (v != null && n >= SMALLEST_FOR_VECTORS) {
            return v;
        }
        WideKernel s = scalar;
        if (s == null) {
            s = load(loop.name());
            scalar = s;
        }
        if (!asked && VECTORS) {
            seen += n;
            if (seen > WORTH_WARMING) {
                asked = true;
                WarmUp.queue(Trial::new);
            }
        }
        return s;
    }

    /** The vector form now, compiled or not; null if there is none. */
    @Nullable
    WideKernel vectorNow() {
        return VECTORS ? load(loop.name() + "V") : null;
    }

    private WideKernel load(String name) {
        try {
            Class<?> c;
            try {
                c = Class.forName(PACKAGE + "." + name);
            } catch (ClassNotFoundException e) { // classes that weren't built with Maven
                c = Emitted.define(loop, name);
            }
            return (WideKernel) c.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The vector form on trial. */
    private final class Trial implements WarmUp.Trial {
        private final int n =
                WarmUp.TURNS * WarmUp.vectorBytes() / loop.type().dtype().size();
        private final WideKernel fast = load(loop.name() + "V");
        private final WideKernel slow = load(loop.name());
        private final MemorySegment[] segments =
                new MemorySegment[loop.repeated().size() + loop.outputs()];
        private final long[] offsets = new long[segments.length];

        /** From the pool: another kind of segment would spoil what the compiler has learned about the loops. */
        private final Storage scratch = Memory.allocate(8L * n * segments.length);

        Trial() {
            Arrays.fill(segments, scratch.segment().fill((byte) 0));
            Arrays.setAll(offsets, i -> 8L * n * i);
        }

        @Override
        public void run() {
            fast.run(segments, offsets, n);
        }

        @Override
        public void runPlain() {
            slow.run(segments, offsets, n);
        }

        @Override
        public int elements() {
            return n;
        }

        @Override
        public void ready() {
            vector = fast;
        }

        @Override
        public void close() {
            scratch.free();
        }
    }

    /** Classes that are emitted when they are first needed. */
    private static final class Emitted extends ClassLoader {
        private static final Emitted LOADER = new Emitted();

        private Emitted() {
            super(UpdateKernel.class.getClassLoader());
        }

        static Class<?> define(Loop loop, String name) {
            synchronized (LOADER) {
                Class<?> c = LOADER.findLoadedClass(PACKAGE + "." + name);
                if (c != null) {
                    return c;
                }
                if (name.equals(loop.name())) {
                    return LOADER.define(LoopEmitter.scalar(PACKAGE, loop));
                }
                define(loop, loop.name()); // the vector class leaves the last elements to it
                return LOADER.define(LoopEmitter.vector(PACKAGE, loop));
            }
        }

        private Class<?> define(byte[] code) {
            return defineClass(null, code, 0, code.length);
        }
    }
}
