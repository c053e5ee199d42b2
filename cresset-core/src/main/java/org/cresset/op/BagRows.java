package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.emit.Window;

/**
 * Adds rows of floats, each times its weight, to a row. Several rows in one loop read and write the sum once, in the order in
 * which one after the other would be added, so that the bits are the same. The compiler makes vectors of the plain loops, too, but
 * of rows as short as these are it leaves most to loops of single elements.
 */
final class BagRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int ROWS = 4;

    private static final int EXERCISED = 10;
    private static final int EXERCISED_WIDTH = 149; // whole blocks, whole vectors, a short vector and some elements
    private static final MemorySegment SCRATCH = Arena.ofAuto().allocate(4L * EXERCISED_WIDTH * (EXERCISED + 1), 64);
    private static final Exercise EXERCISE =
            new Exercise(new Trial(), EXERCISED * (EXERCISED_WIDTH / Vectors.SHORT * Vectors.SHORT));

    private BagRows() {}

    /** Adds the rows {@code which[from..to]} of n floats, which begin at {@code first} of the table, to the row at {@code yo}. */
    static void add(
            MemorySegment table,
            long first,
            long[] which,
            float[] weights,
            int from,
            int to,
            MemorySegment y,
            long yo,
            int n) {
        if (from == to) {
            return;
        }
        int done = 0;
        if (n >= Vectors.SHORT && EXERCISE.ready((long) n * (to - from))) {
            done = Vectors.add(table, first, which, weights, from, to, y, yo, n);
        }
        if (done == n) {
            return;
        }
        if (n - done < Vectors.SHORT) {
            for (int i = from; i < to; i++) {
                few(table, first + 4L * n * which[i], weights[i], y, yo, n, done);
            }
            return;
        }
        // Through arrays: each element by itself takes code that isn't compiled yet a hundred times as long.
        int left = n - done;
        float[] sums = new float[left];
        float[] row = new float[left];
        MemorySegment.copy(y, F, yo + 4L * done, sums, 0, left);
        for (int i = from; i < to; i++) {
            MemorySegment.copy(table, F, first + 4L * (n * which[i] + done), row, 0, left);
            add(row, weights[i], sums);
        }
        MemorySegment.copy(sums, 0, y, F, yo + 4L * done, left);
    }

    private static void few(MemorySegment table, long at, float weight, MemorySegment y, long yo, int n, int done) {
        MemorySegment a = Window.of(table, at, 4L * n);
        MemorySegment sum = Window.of(y, yo, 4L * n);
        for (int k = done; k < n; k++) {
            sum.set(F, 4L * k, Math.fma(a.get(F, 4L * k), weight, sum.get(F, 4L * k)));
        }
    }

    private static void add(float[] row, float weight, float[] sums) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] = Math.fma(row[k], weight, sums[k]);
        }
    }

    /** Loaded only where the Vector API is. */
    static final class Vectors {
        /** Columns of the shortest vectors. */
        static final int SHORT = 4;

        private static final ByteOrder ORDER = ByteOrder.nativeOrder();
        private static final VectorSpecies<Float> LONG_ONES = FloatVector.SPECIES_PREFERRED;
        private static final VectorSpecies<Float> SHORT_ONES = FloatVector.SPECIES_128;

        private Vectors() {}

        /** Does that for the first columns, whose number it gives; less than {@link #SHORT} are left. */
        static int add(
                MemorySegment table,
                long first,
                long[] which,
                float[] weights,
                int from,
                int to,
                MemorySegment y,
                long yo,
                int n) {
            long row = 4L * n;
            long rows = checked(table, first, which, from, to, row);
            long sums = Window.address(y, yo, row);
            int whole = n / SHORT * SHORT;
            int i = from;
            for (; i + ROWS <= to; i += ROWS) {
                four(rows, row, which, weights, i, sums, whole);
            }
            for (; i < to; i++) {
                one(rows + row * which[i], weights[i], sums, whole);
            }
            return whole;
        }

        /** The address of row 0. */
        private static long checked(MemorySegment table, long first, long[] which, int from, int to, long row) {
            long low = Long.MAX_VALUE;
            long high = 0;
            for (int i = from; i < to; i++) {
                low = Math.min(low, which[i]);
                high = Math.max(high, which[i]);
            }
            low = Math.min(low, high);
            return Window.address(table, first + low * row, (high - low + 1) * row) - low * row;
        }

        private static FloatVector load(VectorSpecies<Float> species, long address) {
            return FloatVector.fromMemorySegment(species, Window.MEMORY, address, ORDER);
        }

        private static void store(FloatVector v, long address) {
            v.intoMemorySegment(Window.MEMORY, address, ORDER);
        }

        private static void four(long table, long row, long[] which, float[] weights, int i, long sums, int n) {
            long a = table + row * which[i];
            long b = table + row * which[i + 1];
            long c = table + row * which[i + 2];
            long d = table + row * which[i + 3];
            int k = 0;
            for (; k + LONG_ONES.length() <= n; k += LONG_ONES.length()) {
                FloatVector s = load(LONG_ONES, sums + 4L * k);
                s = load(LONG_ONES, a + 4L * k).fma(FloatVector.broadcast(LONG_ONES, weights[i]), s);
                s = load(LONG_ONES, b + 4L * k).fma(FloatVector.broadcast(LONG_ONES, weights[i + 1]), s);
                s = load(LONG_ONES, c + 4L * k).fma(FloatVector.broadcast(LONG_ONES, weights[i + 2]), s);
                s = load(LONG_ONES, d + 4L * k).fma(FloatVector.broadcast(LONG_ONES, weights[i + 3]), s);
                store(s, sums + 4L * k);
            }
            for (; k < n; k += SHORT) {
                narrow(a + 4L * k, weights[i], sums + 4L * k);
                narrow(b + 4L * k, weights[i + 1], sums + 4L * k);
                narrow(c + 4L * k, weights[i + 2], sums + 4L * k);
                narrow(d + 4L * k, weights[i + 3], sums + 4L * k);
            }
        }

        private static void one(long a, float weight, long sums, int n) {
            int k = 0;
            for (; k + LONG_ONES.length() <= n; k += LONG_ONES.length()) {
                FloatVector s = load(LONG_ONES, sums + 4L * k);
                s = load(LONG_ONES, a + 4L * k).fma(FloatVector.broadcast(LONG_ONES, weight), s);
                store(s, sums + 4L * k);
            }
            for (; k < n; k += SHORT) {
                narrow(a + 4L * k, weight, sums + 4L * k);
            }
        }

        private static void narrow(long a, float weight, long sums) {
            FloatVector s = load(SHORT_ONES, sums);
            store(load(SHORT_ONES, a).fma(FloatVector.broadcast(SHORT_ONES, weight), s), sums);
        }
    }

    /** Bags of several rows and of one. */
    private static final class Trial implements Runnable {
        private final long[] which = new long[EXERCISED];
        private final float[] weights = new float[EXERCISED];

        Trial() {
            Arrays.setAll(which, i -> i + 1); // behind the sums
        }

        @Override
        public void run() {
            Vectors.add(SCRATCH, 0, which, weights, 0, EXERCISED - 1, SCRATCH, 0, EXERCISED_WIDTH);
            Vectors.add(SCRATCH, 0, which, weights, EXERCISED - 1, EXERCISED, SCRATCH, 0, EXERCISED_WIDTH);
        }
    }
}
