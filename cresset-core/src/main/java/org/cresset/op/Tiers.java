package org.cresset.op;

import java.lang.reflect.InvocationTargetException;
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
                    WarmUp.queue(this::trial);
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

    /** What the background thread needs to prepare the vector form; null if there is none. */
    @Nullable
    LoopTrial trial() {
        return loop.vectorizable() ? new LoopTrial(loop, load(loop.name() + "V"), load(loop.name()), this) : null;
    }

    /** The vector form is ready. */
    void ready(Kernel v) {
        vector = v;
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
}
