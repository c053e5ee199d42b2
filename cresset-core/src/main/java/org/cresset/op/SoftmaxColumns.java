package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.function.IntFunction;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Kernel;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

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
        private final Sums sums;

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
            sums = new Sums(width, FusedLoops.WIDE_PLUS_ROWS);
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
            sums.clear(n);
            for (long r = 0; r < rows; r++) {
                MemorySegment es = log ? own : ys;
                long eo = log ? spare : yo + r * step;
                exp.run(xs, xo + r * step, own, most, null, 0, es, eo, n);
                sums.add(es, eo, null, 0, n);
            }
            double[] all = sums.numbers(n);
            for (int k = 0; k < n; k++) {
                own.set(F, last + 4L * k, last(own.get(F, most + 4L * k), all[k]));
            }
            for (long r = 0; r < rows; r++) {
                end.run(log ? xs : ys, (log ? xo : yo) + r * step, own, last, null, 0, ys, yo + r * step, n);
            }
            Reference.reachabilityFence(memory);
            Reference.reachabilityFence(sums);
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
        private final Sums sums;
        private final Dense memory;
        private final Kernel end;

        Backward(Dense g, Dense y, Dense x, int width) {
            this.g = g;
            this.y = y;
            this.x = x;
            sums = new Sums(width, log ? FusedLoops.WIDE_PLUS_ROWS : FusedLoops.WIDE_MULTIPLY_ADD_ROWS);
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
            sums.clear(n);
            for (long r = 0; r < rows; r++) {
                sums.add(g.segment(), go + r * step, log ? null : y.segment(), yo + r * step, n);
            }
            sums.round(own, memory.byteOffset(), n);
            for (long r = 0; r < rows; r++) {
                long o = r * step;
                end.run(g.segment(), go + o, y.segment(), yo + o, own, memory.byteOffset(), x.segment(), xo + o, n);
            }
            Reference.reachabilityFence(memory);
            Reference.reachabilityFence(sums);
        }
    }

    /** Sums of columns in float64. */
    private final class Sums {
        private final Dense memory;
        private final Kernel plus;

        /** Of the rows, or of the products of two, as the loop adds up. */
        Sums(int width, Tiers loop) {
            memory = Dense.empty(Shape.of(width), DType.FLOAT64);
            plus = loop.pick(rows * width);
        }

        private MemorySegment own() {
            return memory.segment();
        }

        void clear(int n) {
            Moves.zero(own(), memory.byteOffset(), 8L * n);
        }

        void add(MemorySegment a, long ao, @Nullable MemorySegment b, long bo, int n) {
            long to = memory.byteOffset();
            plus.run(own(), to, a, ao, b, bo, own(), to, n);
        }

        double[] numbers(int n) {
            double[] all = new double[n];
            MemorySegment.copy(own(), ValueLayout.JAVA_DOUBLE_UNALIGNED, memory.byteOffset(), all, 0, n);
            return all;
        }

        void round(MemorySegment to, long at, int n) {
            ConvertRuns.run(DType.FLOAT64, own(), memory.byteOffset(), DType.FLOAT32, to, at, n);
        }
    }
}
