package org.cresset.op;

import java.util.function.Supplier;
import org.cresset.emit.Loop;
import org.cresset.emit.MachineKernels;
import org.jspecify.annotations.Nullable;

/**
 * The forms of one loop, which all compute the same bits. The scalar one is there at once. When the loop turns out to matter it
 * is written in the processor's own language, which takes a new process about a millisecond and is fast from the first call on
 * ({@link MachineKernels}). Where there is no such form, or another may be quicker, a background thread
 * runs the form in the Vector API on scratch memory until the JIT compiler is through with it, and then that takes over.
 *
 * @param <K> the class of all forms
 */
public abstract class LoopForms<K> {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && !MachineKernels.SCALAR_ONLY;

    /** Elements of a loop with a short body that take the scalar form, before it is compiled, as long as it takes to write machine code. */
    private static final long WORTH_EMITTING = 1 << 10;

    private final long worthEmitting;
    private final long worthWarming;
    private final int smallest;
    private @Nullable K scalar;
    private volatile @Nullable K fast;
    private volatile boolean settled;
    private long seen;
    private boolean sought;
    private volatile @Nullable K streamed;
    private volatile boolean soughtStreamed;

    /**
     * Forms of which none is there yet.
     *
     * @param worthWarming elements after which the vector form is prepared
     * @param smallest elements from which other forms than the scalar one pay
     */
    protected LoopForms(long worthWarming, int smallest) {
        this(WORTH_EMITTING, worthWarming, smallest);
    }

    /**
     * The same of loops with long bodies.
     *
     * @param worthEmitting elements that take the scalar form as long as it takes to write machine code
     */
    protected LoopForms(long worthEmitting, long worthWarming, int smallest) {
        this.worthEmitting = worthEmitting;
        this.worthWarming = worthWarming;
        this.smallest = smallest;
    }

    /** Whether vector loops can be used at all. */
    static boolean vectors() {
        return VECTORS;
    }

    /** What it is the forms of. */
    protected abstract Loop loop();

    /** The scalar form, or the one in the Vector API, compiled or not. */
    protected abstract K load(boolean vector);

    /** The form in machine code, if there is one, which asks for the scalar form when it has elements for it. */
    protected abstract @Nullable K machine(Supplier<? extends K> scalar);

    /** The form whose results go past the caches, if there is one, which leaves to the usual one what it can't do. */
    protected @Nullable K streamed(Supplier<? extends K> usual) {
        return null;
    }

    /** Whether there is a vector form. */
    protected abstract boolean vectorizable();

    /** Memory to try forms on. */
    protected abstract Scratch<K> scratch();

    /**
     * Scratch memory on which forms can be tried, in all ways in which they are called: a branch that the compiler hasn't seen
     * taken is one at which it throws its code away, and until there is new code the vector form runs in the interpreter.
     */
    protected interface Scratch<K> extends AutoCloseable {
        /** Runs a form, with whole vectors and with elements that are left. */
        void run(K form);

        /** How many elements that are. */
        int elements();

        @Override
        void close();
    }

    /** The form to run now on some elements, n of them in a row. */
    public final K pick(long elements, long n) {
        if (settled) {
            K f = fast;
            return f != null && n >= smallest ? f : scalar();
        }
        if (n < smallest) {
            return scalar();
        }
        seen += elements;
        if (seen > worthEmitting) {
            settle();
        }
        K f = fast;
        return f != null ? f : scalar();
    }

    /** The same of elements that are part of so much that the caches don't hold it. */
    final K pickStreamed(long elements, long n) {
        if (!soughtStreamed) { // twice, if two threads come at once
            streamed = streamed(() -> pick(worthWarming, worthWarming));
            soughtStreamed = true;
        }
        K k = streamed;
        return k != null ? k : pick(elements, n);
    }

    /** As {@link #pick}; null where that would be the scalar form, and for so few elements that no other pays. */
    final @Nullable K quick(long elements, long n) {
        if (n < smallest) {
            return null;
        }
        K f = pick(elements, n);
        return f == scalar ? null : f;
    }

    private K scalar() {
        K s = scalar;
        if (s == null) {
            s = load(false);
            scalar = s;
        }
        return s;
    }

    private synchronized void settle() {
        if (!sought) {
            sought = true;
            K m = machine(this::scalar);
            fast = m;
            settled = m != null && MachineKernels.isFinal(loop());
        }
        if (!settled && seen > worthWarming) {
            if (VECTORS) {
                WarmUp.queue(() -> vectorizable() ? new FormTrial() : null);
            } else if (fast == null) {
                Hint.give();
            }
            settled = true;
        }
    }

    /** The scalar form, for tests. */
    final K scalarNow() {
        return load(false);
    }

    /** The vector form now, for tests; null if there is none. */
    public final @Nullable K vectorNow() {
        return VECTORS && vectorizable() ? load(true) : null;
    }

    /** The form in machine code, for tests; null if there is none. */
    public final @Nullable K machineNow() {
        return machine(this::scalar);
    }

    /** The vector form on trial against the one that is used. */
    private final class FormTrial implements WarmUp.Trial {
        private final K vector = load(true);
        private final @Nullable K used = fast;
        private final K plain = used != null ? used : load(false);
        private final Scratch<K> scratch = scratch();

        @Override
        public void run() {
            scratch.run(vector);
        }

        @Override
        public void runPlain() {
            scratch.run(plain);
        }

        @Override
        public boolean plainIsFast() {
            return used != null;
        }

        @Override
        public int elements() {
            return scratch.elements();
        }

        @Override
        public void ready() {
            fast = vector;
        }

        @Override
        public void close() {
            scratch.close();
        }
    }

    /** One line, once, about what is missing. */
    private static final class Hint {
        static {
            if (!MachineKernels.SCALAR_ONLY) {
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
}
