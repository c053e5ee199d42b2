package org.cresset.op;

import java.util.Arrays;
import org.cresset.emit.GridKernel;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.jspecify.annotations.Nullable;

/** A grid in two forms that compute the same bits, as {@link Tiers} are of a loop: a scalar one first, then a vector one. */
final class GridTiers {
    private static final long WORTH_WARMING = 1 << 14;
    private static final int SMALLEST_FOR_VECTORS = 4;
    private static final int OPERANDS = 48;
    private static final int ROWS = 32;
    private static final int WIDTH = 35; // whole vectors and some elements that are left
    private static final int EACH = ROWS * WIDTH;

    private final GridLoop grid;
    private @Nullable GridKernel scalar;
    private volatile @Nullable GridKernel vector;
    private long seen;
    private boolean asked;

    GridTiers(GridLoop grid) {
        this.grid = grid;
    }

    /** Runs the form that is best now. */
    void run(Object data, Object numbers, int[] offsets, int[] steps, int rows, int n) {
        pick((long) rows * n, n).run(data, numbers, offsets, steps, rows, n);
    }

    private GridKernel pick(long elements, int n) {
        GridKernel v = vector;
        if (v != null && n >= SMALLEST_FOR_VECTORS) {
            return v;
        }
        GridKernel s = scalar;
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
    GridKernel scalarNow() {
        return load(grid.name());
    }

    /** The vector form now, compiled or not, for tests; null if there is none. */
    @Nullable
    GridKernel vectorNow() {
        return Tiers.vectors() ? load(grid.name() + "V") : null;
    }

    private static GridKernel load(String name) {
        try {
            return (GridKernel) Class.forName(Tiers.PACKAGE + "." + name)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** On the way to the vector form. */
    private final class Task implements WarmUp.Preparation {
        private final GridKernel fast = load(grid.name() + "V");
        private final GridKernel slow = load(grid.name());
        private final Object data =
                grid.loop().type() == LaneType.F32 ? new float[OPERANDS * EACH] : new double[OPERANDS * EACH];
        private final int[] offsets = new int[OPERANDS];
        private final int[] steps = new int[8];
        private final long start = System.nanoTime();
        private int calls;
        private long best = Long.MAX_VALUE;
        private long plain = Long.MAX_VALUE;

        Task() {
            Arrays.setAll(offsets, i -> i * EACH);
            Arrays.fill(steps, WIDTH);
        }

        @Override
        public boolean waits() {
            return calls >= WarmUp.CALLS;
        }

        /** Both forms are compiled when the vector one is clearly faster after many calls: it isn't in the interpreter. */
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
            boolean compiled = waits() && best <= plain / 2;
            if (compiled) {
                vector = fast;
            }
            return compiled || System.nanoTime() - start > WarmUp.PATIENCE;
        }

        private long time(GridKernel k) {
            long t = System.nanoTime();
            k.run(data, data, offsets, steps, ROWS, WIDTH);
            k.run(data, data, offsets, steps, ROWS, WIDTH - 3);
            k.run(data, data, offsets, steps, 1, WIDTH - 3);
            return System.nanoTime() - t;
        }
    }
}
