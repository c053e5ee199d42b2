package org.cresset.op;

import org.cresset.emit.GridLoop;
import org.jspecify.annotations.Nullable;

/**
 * A grid in two forms that compute the same bits, as {@link Tiers} are of a loop: a scalar one first, then a vector one.
 *
 * @param <K> the class of both forms
 */
abstract class GridForms<K> {
    private static final long WORTH_WARMING = 1 << 14;

    /** Elements from which the vector form runs; of fewer than a vector it leaves all to its scalar end. */
    static final int SMALLEST_FOR_VECTORS = 4;

    final GridLoop grid;
    private final Class<K> kind;
    private @Nullable K scalar;
    private volatile @Nullable K vector;
    private long seen;
    private boolean asked;

    GridForms(GridLoop grid, Class<K> kind) {
        this.grid = grid;
        this.kind = kind;
    }

    /** The form that is best now. */
    final K pick(long elements, int n) {
        K v = vector;
        if (v != null && n >= SMALLEST_FOR_VECTORS) {
            return v;
        }
        K s = scalar;
        if (s == null) {
            s = load(grid.name());
            scalar = s;
        }
        if (!asked && Tiers.vectors()) {
            seen += elements;
            if (seen > WORTH_WARMING) {
                asked = true;
                WarmUp.queue(Task::new);
            }
        }
        return s;
    }

    /** The scalar form, for tests. */
    final K scalarNow() {
        return load(grid.name());
    }

    /** The vector form now, compiled or not, for tests; null if there is none. */
    final @Nullable K vectorNow() {
        return Tiers.vectors() ? load(grid.name() + "V") : null;
    }

    private K load(String name) {
        try {
            return kind.cast(Class.forName(Tiers.PACKAGE + "." + name)
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Scratch memory on which forms can be tried, in all ways in which they are called: a branch that the compiler hasn't seen
     * taken is one at which it throws its code away, and until there is new code the vector form runs in the interpreter.
     */
    interface Trial<K> extends AutoCloseable {
        /** Runs a form over a few rows, with whole vectors and with elements that are left. */
        void run(K form);

        /** How many elements that are. */
        int elements();

        @Override
        void close();
    }

    /** Scratch memory for this grid. */
    abstract Trial<K> trial();

    /** On the way to the vector form. */
    private final class Task implements WarmUp.Preparation {
        private final K fast = load(grid.name() + "V");
        private final K slow = load(grid.name());
        private final Trial<K> trial = trial();
        private final long start = System.nanoTime();
        private int calls;
        private long best = Long.MAX_VALUE;
        private long plain = Long.MAX_VALUE;

        @Override
        public boolean waits() {
            return calls >= WarmUp.CALLS;
        }

        /**
         * Compiled is a vector form that takes no longer than 3 ns an element, or that is clearly faster than the scalar one
         * after many calls: in the interpreter it is neither.
         */
        @Override
        public boolean proceed() {
            int more = waits() ? 1 : WarmUp.CALLS_AT_ONCE;
            for (int i = 0; i < more; i++) {
                best = Math.min(best, time(fast));
                if (i % 10 == 0) {
                    plain = Math.min(plain, time(slow));
                }
            }
            calls += more;
            boolean compiled = waits() && (best <= plain / 2 || best <= 3L * trial.elements());
            if (compiled) {
                vector = fast;
            }
            boolean done = compiled || System.nanoTime() - start > WarmUp.PATIENCE;
            if (done) {
                trial.close();
            }
            return done;
        }

        private long time(K k) {
            long t = System.nanoTime();
            trial.run(k);
            return System.nanoTime() - t;
        }
    }
}
