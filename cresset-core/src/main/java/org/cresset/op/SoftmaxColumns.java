package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Kernel;
import org.cresset.tensor.Dense;

/**
 * Softmax along a dimension that isn't the last, of float32, and its gradient: columns side by side, row by row, so that
 * nothing has to be transposed. Sums are kept in float64.
 */
final class SoftmaxColumns {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Columns that are handled together. */
    private static final int STRIP = 512;

    private static final int FEWEST = 16;

    private final boolean log;
    private final long rows;
    private final long columns;

    private SoftmaxColumns(Dense like, int dim, boolean log) {
        this.log = log;
        this.rows = like.size(dim);
        this.columns = columns(like, dim);
    }

    private static long columns(Dense t, int dim) {
        long n = 1;
        for (int d = dim + 1; d < t.dim(); d++) {
            n *= t.size(d);
        }
        return n;
    }

    /** Whether there are enough columns side by side. */
    static boolean fits(Dense t, int dim) {
        return t.dtype() != DType.FLOAT64 && columns(t, dim) >= FEWEST;
    }

    /** Fills {@code y} with the softmax of {@code x}, or its logarithm; both contiguous. */
    static void run(Dense x, Dense y, int dim, boolean log) {
        SoftmaxColumns s = new SoftmaxColumns(x, dim, log);
        s.share(x.numel(), width -> s.new Forward(x, y, width));
    }

    /** Fills {@code x} with the gradient of the input, given that of the output, g, and the output; all contiguous. */
    static void runBackward(Dense g, Dense y, Dense x, int dim, boolean log) {
        SoftmaxColumns s = new SoftmaxColumns(y, dim, log);
        s.share(y.numel(), width -> s.new Backward(g, y, x, width));
    }

    /** What is done with some columns. */
    private interface Strip {
        /** Handles n columns, of which the first begins some bytes behind the tensors' beginnings. */
        void run(long first, int n);
    }

    private void share(long numel, IntFunction<Strip> strips) {
        Workers.parallelFor(numel / rows, Math.max(FEWEST, Rows.grain(8 * rows)), (from, to) -> {
            int width = (int) Math.min(STRIP, Math.min(columns, to - from));
            Strip strip = strips.apply(width);
            for (long i = from; i < to; ) {
                long column = i % columns;
                int n = (int) Math.min(width, Math.min(to - i, columns - column));
                strip.run(4 * (i / columns * rows * columns + column), n);
                i += n;
            }
        });
    }

    private final class Forward implements Strip {
        private final Dense x;
        private final Dense y;
        private final double[] sums;
        private final float[] some;

        /** Rows of the largest numbers, of what comes of them and the sums, and of exponentials. */
        private final Dense memory;

        private final long most;
        private final long last;
        private final long spare;
        private final Kernel larger;
        private final Kernel exp;
        private final Kernel end;

        Forward(Dense x, Dense y, int width) {
            this.x = x;
            this.y = y;
            sums = new double[width];
            some = new float[width];
            memory = Dense.empty(Shape.of(3, width), DType.FLOAT32);
            most = memory.byteOffset();
            last = most + 4L * width;
            spare = most + 8L * width;
            long elements = rows * width;
            larger = FusedLoops.LARGER_NUMBER_ROWS.pick(elements);
            exp = FusedLoops.EXP_DIFFERENCE_ROWS.pick(elements);
            end = (log ? FusedLoops.PLUS_ROWS : FusedLoops.PRODUCT_ROWS).pick(elements);
        }

        @Override
        public void run(long first, int n) {
            MemorySegment xs = x.segment();
            MemorySegment ys = y.segment();
            MemorySegment own = memory.segment();
            long xo = x.byteOffset() + first;
            long yo = y.byteOffset() + first;
            long step = 4 * columns;
            for (int k = 0; k < n; k++) {
                own.set(F, most + 4L * k, Float.NEGATIVE_INFINITY);
            }
            for (long r = 0; r < rows; r++) { // a NaN comes back with the exponentials
                larger.run(own, most, xs, xo + r * step, null, 0, own, most, n);
            }
            Arrays.fill(sums, 0);
            for (long r = 0; r < rows; r++) {
                MemorySegment es = log ? own : ys;
                long eo = log ? spare : yo + r * step;
                exp.run(xs, xo + r * step, own, most, null, 0, es, eo, n);
                MemorySegment.copy(es, F, eo, some, 0, n);
                add(some, sums, n);
            }
            for (int k = 0; k < n; k++) {
                own.set(F, last + 4L * k, last(own.get(F, most + 4L * k), sums[k]));
            }
            for (long r = 0; r < rows; r++) {
                end.run(log ? xs : ys, (log ? xo : yo) + r * step, own, last, null, 0, ys, yo + r * step, n);
            }
            Reference.reachabilityFence(memory);
        }

        /** What is added to numbers, or what exponentials are multiplied by. */
        private float last(float most, double sum) {
            if (Float.isInfinite(most)) {
                return Float.NaN;
            }
            return (float) (log ? -most - Math.log(sum) : 1 / sum);
        }
    }

    private final class Backward implements Strip {
        private final Dense g;
        private final Dense y;
        private final Dense x;
        private final double[] sums;
        private final float[] some;
        private final float[] other;
        private final Dense memory;
        private final Kernel end;

        Backward(Dense g, Dense y, Dense x, int width) {
            this.g = g;
            this.y = y;
            this.x = x;
            sums = new double[width];
            some = new float[width];
            other = new float[log ? 0 : width];
            memory = Dense.empty(Shape.of(width), DType.FLOAT32);
            end = (log ? FusedLoops.LOG_SOFTMAX_GRAD_COLUMNS : FusedLoops.SOFTMAX_GRAD_COLUMNS).pick(rows * width);
        }

        @Override
        public void run(long first, int n) {
            MemorySegment own = memory.segment();
            long go = g.byteOffset() + first;
            long yo = y.byteOffset() + first;
            long xo = x.byteOffset() + first;
            long step = 4 * columns;
            Arrays.fill(sums, 0);
            for (long r = 0; r < rows; r++) {
                MemorySegment.copy(g.segment(), F, go + r * step, some, 0, n);
                if (log) {
                    add(some, sums, n);
                } else {
                    MemorySegment.copy(y.segment(), F, yo + r * step, other, 0, n);
                    add(some, other, sums, n);
                }
            }
            for (int k = 0; k < n; k++) {
                own.set(F, memory.byteOffset() + 4L * k, (float) sums[k]);
            }
            for (long r = 0; r < rows; r++) {
                long o = r * step;
                end.run(g.segment(), go + o, y.segment(), yo + o, own, memory.byteOffset(), x.segment(), xo + o, n);
            }
            Reference.reachabilityFence(memory);
        }
    }

    private static void add(float[] row, double[] sums, int n) {
        for (int k = 0; k < n; k++) {
            sums[k] += row[k];
        }
    }

    private static void add(float[] a, float[] b, double[] sums, int n) {
        for (int k = 0; k < n; k++) {
            sums[k] += (double) a[k] * b[k];
        }
    }
}
