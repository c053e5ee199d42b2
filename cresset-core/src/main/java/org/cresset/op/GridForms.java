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
                WarmUp.queue(FormTrial::new);
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

    /** The vector form on trial. */
    private final class FormTrial implements WarmUp.Trial {
        private final K fast = load(grid.name() + "V");
        private final K slow = load(grid.name());
        private final Trial<K> trial = trial();

        @Override
        public void run() {
            trial.run(fast);
        }

        @Override
        public void runPlain() {
            trial.run(slow);
        }

        @Override
        public int elements() {
            return trial.elements();
        }

        @Override
        public void ready() {
            vector = fast;
        }

        @Override
        public void close() {
            trial.close();
        }
    }
}
