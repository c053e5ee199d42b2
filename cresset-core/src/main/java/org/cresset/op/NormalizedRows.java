package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.emit.Combine;
import org.cresset.emit.LaneType;
import org.cresset.emit.Loop;
import org.cresset.emit.WideKernel;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Rows of floats that a thread normalizes, some at a time: so few that its caches keep them from one loop to the next. While one loop
 * computes, it asks for the rows that come next. Results that the caches wouldn't hold go past them.
 */
final class NormalizedRows {
    private static final int MOST = Accumulators.BLOCKS / 2;

    /** Bytes of the rows at a time. */
    private static final int NEAR = 1 << 16;

    /** Elements that are added up in a loop's own accumulators: more would cost accuracy. */
    private static final int PIECE = 8192;

    /** Elements of a row that a loop takes at once, which counts them in an int. */
    private static final int LONGEST = 1 << 24;

    /** Where the numbers of the rows are. */
    private static final long MEAN = 0;

    private static final long RSTD = 4 * MOST;
    private static final long MEAN_GRADIENT = 2 * RSTD;
    private static final long SLOPE = 3 * RSTD;

    private static final ThreadLocal<MemorySegment> NUMBERS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(4 * RSTD, 64));

    private final MemorySegment numbers = NUMBERS.get();
    private final Accumulators accumulators = Accumulators.local();
    private final double[] sums = new double[2 * MOST];
    private final double[] some = new double[2 * MOST];
    private final Dense x;
    private final double eps;
    private final long n;
    private final long all;
    private final boolean much;
    private final Call sum;
    private final Call squares;
    private long first;
    private int rows;

    /** For rows of {@code x}, which is contiguous. */
    NormalizedRows(Dense x, double eps) {
        this.x = x;
        this.eps = eps;
        this.n = x.size(-1);
        this.all = x.numel() / n;
        this.much = x.numel() * 4 >= Tiers.MUCH;
        sum = new Call(NormalizeLoops.SUM).row(x);
        squares = new Call(NormalizeLoops.SQUARES).row(x).number(MEAN);
    }

    /** Takes the next rows from {@code first} on, of which there are some before {@code end}; returns the end of those. */
    long take(long first, long end) {
        this.first = first;
        rows = (int) Math.min(end - first, Math.clamp(NEAR / (4 * n), 1, MOST));
        sum.sums();
        for (int i = 0; i < rows; i++) {
            number(MEAN, i, sums[i] / n);
        }
        squares.sums();
        for (int i = 0; i < rows; i++) {
            number(RSTD, i, 1 / Math.sqrt(sums[i] / n + eps));
        }
        return first + rows;
    }

    private void number(long kind, int row, double value) {
        numbers.set(ValueLayout.JAVA_FLOAT, kind + 4L * row, (float) value);
    }

    /** What writes the result for the rows that were taken. */
    Runnable forward(@Nullable Dense weight, @Nullable Dense bias, Dense y) {
        Call call = new Call(NormalizeLoops.forward(weight != null, bias != null))
                .nextRow(x)
                .row(x)
                .same(weight, 0)
                .same(bias, 0)
                .number(MEAN)
                .number(RSTD)
                .row(y);
        return call::run;
    }

    /**
     * What writes the gradient of x for the rows that were taken.
     *
     * @param g the gradient of the result
     * @param total (2, n) from element {@code from} on: to these the gradients of weight and bias are added
     */
    Runnable backward(Dense g, @Nullable Dense weight, Dense gx, Dense total, long from) {
        Call means = new Call(NormalizeLoops.sums(weight != null))
                .nextRow(x)
                .row(x)
                .row(g)
                .same(total, from)
                .same(total, from + n)
                .same(weight, 0)
                .number(MEAN)
                .number(RSTD)
                .same(total, from)
                .same(total, from + n);
        Call gradient = new Call(NormalizeLoops.gradient(weight != null))
                .nextRow(g)
                .row(x)
                .row(g)
                .same(weight, 0)
                .number(MEAN)
                .number(RSTD)
                .number(MEAN_GRADIENT)
                .number(SLOPE)
                .row(gx);
        return () -> {
            means.sums();
            for (int i = 0; i < rows; i++) {
                number(MEAN_GRADIENT, i, sums[i] / n);
                number(SLOPE, i, sums[rows + i] / n);
            }
            gradient.run();
        };
    }

    /** How an operand moves from row to row. */
    private enum Move {
        /** It is a tensor's row. */
        ROW,
        /** It is the same, but of the rows that will be taken next. */
        NEXT_ROW,
        /** It is one row for all. */
        SAME,
        /** It is a number of the row. */
        NUMBER
    }

    /** A loop over the rows, which is told its operands in their order, but for accumulators. */
    private final class Call {
        private final WideTiers forms;
        private final int accumulated;
        private final Move[] moves;
        private final MemorySegment[] segments;
        private final long[] offsets;
        private final long[] steps;
        private final long[] at;
        private int count;

        Call(WideTiers forms) {
            this.forms = forms;
            Loop loop = forms.loop();
            accumulated = loop.accumulators().size();
            int operands = loop.operands();
            moves = new Move[operands - accumulated];
            segments = new MemorySegment[operands];
            offsets = new long[operands];
            steps = new long[operands];
            at = new long[operands];
        }

        private Call add(MemorySegment m, long offset, long step, Move move) {
            moves[count] = move;
            segments[count] = m;
            offsets[count] = offset;
            steps[count++] = step;
            return this;
        }

        Call row(Dense t) {
            return add(t.segment(), t.byteOffset(), 4 * n, Move.ROW);
        }

        Call nextRow(Dense t) {
            return add(t.segment(), t.byteOffset(), 4 * n, Move.NEXT_ROW);
        }

        /** From an element of the tensor on, if there is one. */
        Call same(@Nullable Dense t, long from) {
            return t == null ? this : add(t.segment(), t.byteOffset() + 4 * from, 0, Move.SAME);
        }

        Call number(long kind) {
            return add(numbers, kind, 4, Move.NUMBER);
        }

        void run() {
            for (long p = 0; p < n; p += LONGEST) {
                rows(p, (int) Math.min(n - p, LONGEST));
            }
        }

        /** Leaves the sums of all rows, of the first accumulators, then of the next. */
        void sums() {
            int blocks = rows * accumulated;
            for (int b = 0; b < accumulated; b++) {
                segments[count + b] = accumulators.memory();
                at[count + b] = (long) b * rows * Accumulators.BLOCK;
                steps[count + b] = Accumulators.BLOCK;
            }
            Arrays.fill(sums, 0, blocks, 0);
            for (long p = 0; p < n; p += PIECE) {
                accumulators.clear(Combine.SUM, LaneType.F32, blocks);
                rows(p, (int) Math.min(n - p, PIECE));
                accumulators.sums(blocks, some, 0);
                for (int b = 0; b < blocks; b++) {
                    sums[b] += some[b];
                }
            }
        }

        /** Some elements of the rows, from one on. */
        private void rows(long element, int some) {
            long own = 4 * (first * n + element);
            long next = 4 * (Math.min(first + rows, all - rows) * n + element);
            for (int k = 0; k < moves.length; k++) {
                at[k] = offsets[k]
                        + switch (moves[k]) {
                            case ROW -> own;
                            case NEXT_ROW -> next;
                            case SAME -> 4 * element;
                            case NUMBER -> 0;
                        };
            }
            WideKernel kernel = much && accumulated == 0 ? forms.pickStreamed(rows * n, n) : forms.pick(rows * n, n);
            kernel.rows(segments, at, steps, rows, some);
        }
    }
}
