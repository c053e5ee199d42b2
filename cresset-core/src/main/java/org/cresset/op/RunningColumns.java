package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Running sums, products and extremes of lines that lie side by side, row by row: down a column that is wide enough all elements
 * would fall into the same few places of the cache. A part of a row goes through an array at once, as elements one by one take code that
 * isn't compiled yet a hundred times as long.
 */
final class RunningColumns {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Columns that are handled together. */
    private static final int BLOCK = 256;

    /** Elements that are worth turning. */
    private static final long WORTH_TURNING = 1 << 10;

    /** Lines that are. */
    private static final long SIDE_BY_SIDE = 8;

    private RunningColumns() {}

    /** What a result and the next element become. */
    enum Step {
        SUM(0, FusedLoops.WIDE_PLUS_ROWS, Arithmetic.Add.OP),
        PRODUCT(1, FusedLoops.WIDE_TIMES_ROWS, Arithmetic.Mul.OP),
        LOG_SUM(Double.NEGATIVE_INFINITY, FusedLoops.WIDE_LOG_ADD_EXP_ROWS, Logarithms.Logaddexp.OP);

        private final double identity;

        /** Of float32, with results in float64. */
        private final Tiers wide;

        private final Elementwise op;

        Step(double identity, Tiers wide, Elementwise op) {
            this.identity = identity;
            this.wide = wide;
            this.op = op;
        }
    }

    /** The first element of some columns in both tensors, in bytes. */
    private interface Columns {
        void run(long from, long to, int width);
    }

    /** Results so far along dimension d; false where lines don't lie so, or for a dtype without a loop of its own. */
    static boolean accumulate(Dense x, Dense y, int d, Step step) {
        DType t = x.dtype();
        if (t != DType.FLOAT32 && t != DType.FLOAT64 && t != DType.INT64) {
            return false;
        }
        Steps s = Steps.of(x, y, d);
        return each(x, y, d, (from, to, w) -> {
            switch (t) {
                case FLOAT32 -> floats(x.segment(), from, y.segment(), to, s, w, step);
                case FLOAT64 -> rows(x.segment(), from, y.segment(), to, s, w, step, LaneType.F64);
                default -> rows(x.segment(), from, y.segment(), to, s, w, step, LaneType.I64);
            }
        });
    }

    /**
     * Extremes along dimension d, NaN counting as one, and where they are (int64, in the order of y); false where lines don't lie
     * so, or for another dtype than float32.
     */
    static boolean extremes(Dense x, Dense y, Dense where, int d, boolean largest) {
        if (x.dtype() != DType.FLOAT32) {
            return false;
        }
        Steps s = Steps.of(x, y, d);
        return each(
                x, y, d, (from, to, w) -> extremes(x.segment(), from, y.segment(), to, where.segment(), s, w, largest));
    }

    /**
     * The recurrence y_i = x_i + c_i y_(i-1) along dimension d, or with y_(i+1) if reverse, of x and c that lie alike; false where
     * lines don't lie so. In float32.
     */
    static boolean recur(Dense x, Dense c, Dense y, int d, boolean reverse) {
        Steps s = Steps.of(x, y, d);
        long toC = c.byteOffset() - x.byteOffset();
        return each(x, y, d, (from, to, w) -> {
            Kernel k = FusedLoops.WIDE_STEP_ROWS.pick(s.n * w);
            Dense results = Dense.empty(Shape.of(w), DType.FLOAT64);
            MemorySegment own = results.segment();
            long at = results.byteOffset();
            for (long j = 0; j < s.n; j++) {
                long i = reverse ? s.n - 1 - j : j;
                long here = from + i * s.from;
                if (j == 0) { // nothing is before the first, whatever its factor
                    ConvertRuns.run(DType.FLOAT32, x.segment(), here, DType.FLOAT64, own, at, w);
                } else {
                    k.run(own, at, x.segment(), here, c.segment(), here + toC, own, at, w);
                }
                ConvertRuns.run(DType.FLOAT64, own, at, DType.FLOAT32, y.segment(), to + i * s.to, w);
            }
            Reference.reachabilityFence(results);
        });
    }

    /** What is done along dimension 0. */
    interface Turned {
        boolean run(Dense[] in, Dense out);
    }

    /** Has many lines along d, which lie in memory each by itself, turned to lie side by side, and back; false if there are few. */
    static boolean turned(int d, Dense[] in, Dense y, Turned body) {
        if (y.dim() < 2 || y.numel() < WORTH_TURNING || y.numel() / y.size(d) < SIDE_BY_SIDE) {
            return false;
        }
        Dense[] rows = new Dense[in.length];
        for (int i = 0; i < in.length; i++) {
            Dense turned = Views.swapped(in[i], 0, d);
            rows[i] = Dense.empty(turned.shape(), turned.dtype());
            Pointwise.copy(turned, rows[i]);
        }
        Dense out = Dense.empty(rows[0].shape(), y.dtype());
        boolean done = body.run(rows, out);
        if (done) {
            Pointwise.copy(out, Views.swapped(y, 0, d));
        }
        return done;
    }

    /** From one row to the next, in bytes, and how many rows there are. */
    private record Steps(long from, long to, long n) {
        static Steps of(Dense x, Dense y, int d) {
            int shift = x.dtype().shift();
            return x.dim() == 0 ? new Steps(0, 0, 1) : new Steps(x.stride(d) << shift, y.stride(d) << shift, x.size(d));
        }
    }

    private static boolean each(Dense x, Dense y, int d, Columns body) {
        if (x.dim() < 2 || x.numel() == 0) {
            return false;
        }
        int size = x.dtype().size();
        Object first = new Views.Longs(d, 0);
        Dense a = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
        Dense b = (Dense) Views.Select.OP.eval(first, new Tensor[] {y})[0];
        Geometry g = Geometry.of(a.shape(), b, a);
        if (g.innerStep(0) != size || g.innerStep(1) != size || g.inner() < SIDE_BY_SIDE) {
            return false;
        }
        Workers.parallelFor(g.numel, Math.max(8, 8192 / x.size(d)), (lo, hi) -> {
            for (long i = lo; i < hi; ) {
                int w = (int) Math.min(BLOCK, Math.min(hi - i, g.inner() - i % g.inner()));
                body.run(g.offset(1, i), g.offset(0, i), w);
                i += w;
            }
        });
        return true;
    }

    /** In float64; each row of sums is rounded. */
    private static void floats(
            MemorySegment source, long from, MemorySegment target, long to, Steps s, int w, Step step) {
        Kernel k = step.wide.pick(s.n * w);
        Dense sums = identities(LaneType.F64, step, w);
        MemorySegment own = sums.segment();
        long at = sums.byteOffset();
        for (long i = 0; i < s.n; i++) {
            k.run(own, at, source, from + i * s.from, null, 0, own, at, w);
            ConvertRuns.run(DType.FLOAT64, own, at, DType.FLOAT32, target, to + i * s.to, w);
        }
        Reference.reachabilityFence(sums);
    }

    /** Of numbers that stay in their dtype: each row with the result before. */
    private static void rows(
            MemorySegment source, long from, MemorySegment target, long to, Steps s, int w, Step step, LaneType type) {
        Kernel k = step.op.loop(type, 0).pick(s.n * w);
        Dense first = identities(type, step, w);
        k.run(first.segment(), first.byteOffset(), source, from, null, 0, target, to, w);
        for (long i = 1; i < s.n; i++) {
            long o = to + i * s.to;
            k.run(target, o - s.to, source, from + i * s.from, null, 0, target, o, w);
        }
        Reference.reachabilityFence(first);
    }

    private static Dense identities(LaneType type, Step step, int n) {
        Dense row = Dense.empty(Shape.of(n), type.dtype());
        row.write(0, step.identity);
        Moves.repeat(
                row.segment(),
                row.byteOffset(),
                row.segment(),
                row.byteOffset(),
                row.dtype().size(),
                n);
        return row;
    }

    private static void extremes(
            MemorySegment source,
            long from,
            MemorySegment target,
            long to,
            MemorySegment where,
            Steps s,
            int w,
            boolean largest) {
        float[] row = new float[w];
        float[] best = new float[w];
        long[] places = new long[w];
        MemorySegment.copy(Window.MEMORY, F, Window.address(source, from, 4L * w), best, 0, w);
        for (long i = 0; i < s.n; i++) {
            MemorySegment.copy(Window.MEMORY, F, Window.address(source, from + i * s.from, 4L * w), row, 0, w);
            compare(best, places, row, i, largest ? -1 : 1);
            long at = to + i * s.to;
            MemorySegment.copy(best, 0, Window.MEMORY, F, Window.address(target, at, 4L * w), w);
            MemorySegment.copy(places, 0, Window.MEMORY, L, Window.address(where, 2 * at, 8L * w), w);
        }
    }

    /** One comparison for most elements, which is nearly always true. */
    private static void compare(float[] best, long[] places, float[] row, long i, float sign) {
        for (int c = 0; c < row.length; c++) {
            float v = row[c];
            float b = best[c];
            if (!(v * sign > b * sign) && (!Float.isNaN(b) || Float.isNaN(v))) {
                best[c] = v;
                places[c] = i;
            }
        }
    }
}
