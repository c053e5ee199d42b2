package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Attention in float32, for one head and some queries at a time, so that their scores stay in the cache. */
final class AttentionKernel {
    /** Queries at a time. */
    private static final long BLOCK = 128;

    /** Of a desk's places that of a number for each row. */
    private static final int NUMBERS = 4;

    /** Scores of a row that are added up without a sum in between. */
    private static final long WIDEST = 8192;

    /** Those of keys and values, turned. */
    private static final int KEYS = 5;

    private static final int VALUES = 6;

    /** Products of which rows are added up. */
    private static final int PRODUCTS = 7;

    private final Dense q;
    private final Dense k;
    private final Dense v;
    private final @Nullable Dense mask;
    private final double scale;
    private final boolean causal;
    private final long heads;
    private final long length;
    private final long source;

    AttentionKernel(Attention.Attrs attrs, Dense q, Dense k, Dense v, @Nullable Dense mask) {
        this.q = rowwise(q);
        this.k = rowwise(k);
        this.v = rowwise(v);
        this.mask = mask == null ? null : rowwise(mask);
        scale = attrs.scale();
        causal = attrs.causal();
        heads = q.size(1);
        length = q.size(2);
        source = k.size(2);
    }

    /** With the elements of a row behind each other. */
    private static Dense rowwise(Dense t) {
        return t.dtype() == DType.FLOAT32 && (t.stride(3) == 1 || t.size(3) == 1) && t.stride(2) >= 0
                ? t
                : Rows.floats(t);
    }

    /** The matrix of one head. */
    private Dense matrix(Dense t, long head) {
        long at = t.storageOffset() + head / heads * t.stride(0) + head % heads * t.stride(1);
        return t.view(Shape.of(t.size(2), t.size(3)), new long[] {t.stride(2), t.stride(3)}, at);
    }

    /** Rows of a matrix. */
    private static Dense rows(Dense t, long from, long n) {
        return t.view(
                Shape.of(n, t.size(1)), new long[] {t.stride(0), t.stride(1)}, t.storageOffset() + from * t.stride(0));
    }

    private static Dense turned(Dense t) {
        return t.view(Shape.of(t.size(1), t.size(0)), new long[] {t.stride(1), t.stride(0)}, t.storageOffset());
    }

    /** What is multiplied with the turned matrix for all blocks of queries: the turned one, in a place of its own where that is quicker. */
    private static Dense turned(Dense t, Desk desk, int place) {
        Dense view = turned(t);
        if (!LargeProducts.there()) {
            return view;
        }
        Dense copy = desk.place(place, view.size(0), view.size(1));
        Pointwise.copy(view, copy);
        return copy;
    }

    /** The first columns of a matrix. */
    private static Dense columns(Dense t, long n) {
        return t.view(Shape.of(t.size(0), n), new long[] {t.stride(0), t.stride(1)}, t.storageOffset());
    }

    /** Matrices that a thread works on, used again for one head after the other. */
    private static final class Desk {
        private final @Nullable Dense[] places = new Dense[8];

        /** Of each row a number, and the logarithm of its sum: in arrays, which code that isn't compiled yet is quick with. */
        private final float[] numbers = new float[(int) BLOCK];

        private final double[] logs = new double[(int) BLOCK];

        Dense place(int i, long rows, long columns) {
            Dense p = places[i];
            if (p == null || p.numel() < rows * columns) {
                p = Dense.empty(Shape.of(rows * columns), DType.FLOAT32);
                places[i] = p;
            }
            return p.view(Shape.of(rows, columns), new long[] {columns, 1}, p.storageOffset());
        }

        /** The first n numbers where loops can read them. */
        MemorySegment numbers(int n) {
            Dense p = place(NUMBERS, BLOCK, 1);
            MemorySegment m = p.segment().asSlice(p.byteOffset(), 4 * BLOCK);
            MemorySegment.copy(numbers, 0, m, ValueLayout.JAVA_FLOAT, 0, n);
            return m;
        }
    }

    private static long at(Dense t, long row) {
        return t.byteOffset() + 4 * row * t.stride(0);
    }

    private interface Body {
        void run(long head, Desk desk);
    }

    private void each(Body body) {
        long all = q.size(0) * heads;
        long work = length * source * (q.size(3) + v.size(3));
        Workers.parallelFor(all, Math.max(1, (1 << 16) / Math.max(1, work)), (from, to) -> {
            Desk desk = new Desk();
            for (long h = from; h < to; h++) {
                body.run(h, desk);
            }
        });
    }

    /** How many of the sources the queries up to {@code end} can see. */
    private long seen(long end) {
        return causal ? Math.min(source, end) : source;
    }

    /** Runs a loop over all rows of a matrix, with rows or, with steps of four bytes, numbers of others. */
    private static void map(
            Tiers tiers,
            Dense a,
            MemorySegment b,
            long bo,
            long bs,
            @Nullable MemorySegment c,
            long co,
            long cs,
            Dense o) {
        int n = Math.toIntExact(a.size(1));
        tiers.pick(a.numel(), n)
                .rows(
                        new MemorySegment[] {a.segment(), b, c, o.segment()},
                        new long[] {at(a, 0), bo, co, at(o, 0)},
                        new long[] {4 * a.stride(0), bs, cs, 4 * o.stride(0)},
                        Math.toIntExact(a.size(0)),
                        n);
    }

    /** {@code o = a * scale}. */
    private void scale(Dense a, Dense o) {
        Rows r = Rows.local();
        r.number(0, (float) scale);
        r.number(1, 0);
        map(FusedLoops.AFFINE_ROWS, a, r.numbers(), 0, 0, r.numbers(), 4, 0, o);
    }

    /** Queries times scale, one behind the other. */
    private Dense scaled(Desk desk, Dense block) {
        Dense s = desk.place(0, block.size(0), block.size(1));
        scale(block, s);
        return s;
    }

    /** Scores of some queries, with the mask. */
    private Dense scores(Desk desk, Dense queries, Dense turnedKeys, long head, long first, long width) {
        Dense s = desk.place(1, queries.size(0), width);
        Matmul.into(queries, columns(turnedKeys, width), null, s);
        if (mask != null) {
            Dense m = matrix(mask, head);
            map(FusedLoops.PLUS_ROWS, s, m.segment(), at(m, first), 4 * m.stride(0), null, 0, 0, s);
        }
        return s;
    }

    /** How many scores of a row count; the others become zero weights. */
    private long valid(long query, long width) {
        return causal ? Math.min(width, query + 1) : width;
    }

    private static void clear(Dense t, long row, long from, long to) {
        if (to > from) {
            t.segment().asSlice(at(t, row) + 4 * from, 4 * (to - from)).fill((byte) 0);
        }
    }

    void forward(Dense y, Dense logs) {
        each((head, desk) -> {
            Dense qm = matrix(q, head);
            Dense keys = turned(matrix(k, head), desk, KEYS);
            Dense vm = matrix(v, head);
            Dense ym = matrix(y, head);
            for (long first = 0; first < length; first += BLOCK) {
                long n = Math.min(BLOCK, length - first);
                long width = seen(first + n);
                Dense s = scores(desk, scaled(desk, rows(qm, first, n)), keys, head, first, width);
                if (causal || width > WIDEST) { // of whole rows a third of what would be computed is hidden
                    for (int i = 0; i < n; i++) {
                        softmax(s, i, valid(first + i, width), desk);
                    }
                } else {
                    softmax(s, desk);
                }
                Convert.from(desk.logs, logs.segment(), at(logs, head, first), logs.dtype(), (int) n);
                Rows zero = Rows.local();
                zero.number(0, 0);
                map(FusedLoops.AFFINE_ROWS, s, desk.numbers((int) n), 0, 4, zero.numbers(), 0, 0, s);
                Matmul.into(s, rows(vm, 0, width), null, rows(ym, first, n));
            }
        });
    }

    private long at(Dense logs, long head, long query) {
        return logs.byteOffset() + (head * length + query << logs.dtype().shift());
    }

    /**
     * Makes scores weights but for a factor for each row, which the desk gets with the logarithm of the sum of the exponentials: of
     * all rows at once, which have the same number of scores.
     */
    private static void softmax(Dense s, Desk desk) {
        Accumulators accumulators = Accumulators.local();
        int n = (int) s.size(0);
        int width = (int) s.size(1);
        double[] results = desk.logs;
        accumulators.rows(FusedLoops.LARGEST_ROWS, Combine.LARGER, s.segment(), at(s, 0), n, width, results);
        for (int i = 0; i < n; i++) {
            desk.numbers[i] = (float) results[i];
        }
        map(ChannelLoops.EXP_SHIFTED_ROWS, s, desk.numbers(n), 0, 4, null, 0, 0, s);
        accumulators.rows(FusedLoops.SUM_ROWS, Combine.SUM, s.segment(), at(s, 0), n, width, results);
        for (int i = 0; i < n; i++) {
            float max = desk.numbers[i];
            if (max == Float.NEGATIVE_INFINITY) {
                clear(s, i, 0, width);
                desk.numbers[i] = 1;
                desk.logs[i] = max;
            } else {
                desk.numbers[i] = (float) (1 / results[i]);
                desk.logs[i] = max + Math.log(results[i]);
            }
        }
    }

    /** The same of one row, of which the first n scores count. */
    private static void softmax(Dense s, int row, long n, Desk desk) {
        Rows r = Rows.local();
        MemorySegment m = s.segment();
        long at = at(s, row);
        clear(s, row, n, s.size(1));
        float max = r.largest(m, at, n);
        if (max == Float.NEGATIVE_INFINITY) {
            clear(s, row, 0, n);
            desk.numbers[row] = 1;
            desk.logs[row] = max;
            return;
        }
        r.number(0, max);
        double sum =
                r.accumulate(FusedLoops.EXP_SHIFTED_AND_SUM_ROWS, Combine.SUM, m, at, r.numbers(), 0, true, m, at, n);
        desk.numbers[row] = (float) (1 / sum);
        desk.logs[row] = max + Math.log(sum);
    }

    /** Gradients of q, k and v from that of the result, the result and its logarithms. */
    void backward(Dense gradient, Dense y, Dense logs, Dense[] out) {
        Dense g = rowwise(gradient);
        each((head, desk) -> {
            Dense qm = matrix(q, head);
            Dense km = matrix(k, head);
            Dense keys = turned(km, desk, KEYS);
            Dense values = turned(matrix(v, head), desk, VALUES);
            Dense gm = matrix(g, head);
            Dense ym = matrix(y, head);
            Dense gq = matrix(out[0], head);
            Dense gk = matrix(out[1], head);
            Dense gv = matrix(out[2], head);
            long done = 0;
            // The last queries come first: they reach all sources, so that the others only have to be added.
            for (long end = length; end > 0; end = (end - 1) / BLOCK * BLOCK) {
                long first = (end - 1) / BLOCK * BLOCK;
                long n = end - first;
                long width = seen(end);
                Dense queries = scaled(desk, rows(qm, first, n));
                Dense p = scores(desk, queries, keys, head, first, width);
                Convert.to(logs.segment(), at(logs, head, first), logs.dtype(), desk.logs, (int) n);
                weights(p, first, desk);
                Dense gb = rows(gm, first, n);
                add(desk, turned(p), gb, gv, width, done);
                Dense gp = desk.place(2, n, width);
                Matmul.into(gb, columns(values, width), null, gp);
                through(p, gp, gb, rows(ym, first, n), desk);
                Dense b = rows(gq, first, n);
                Matmul.into(gp, rows(km, 0, width), null, b);
                scale(b, b);
                add(desk, turned(gp), queries, gk, width, done);
                done = Math.max(done, width);
            }
            zero(gk, done);
            zero(gv, done);
        });
    }

    /** Makes scores weights again, by the logarithms of the sums of their rows. */
    private void weights(Dense s, long first, Desk desk) {
        int n = (int) s.size(0);
        long width = s.size(1);
        for (int i = 0; i < n; i++) {
            desk.numbers[i] = (float) desk.logs[i];
        }
        map(ChannelLoops.EXP_SHIFTED_ROWS, s, desk.numbers(n), 0, 4, null, 0, 0, s);
        for (int i = 0; i < n; i++) {
            clear(s, i, desk.numbers[i] == Float.NEGATIVE_INFINITY ? 0 : valid(first + i, width), width);
        }
    }

    /** Turns the gradients of weights into those of scores; a row's sum of both is that of gradient and result. */
    private static void through(Dense p, Dense gp, Dense g, Dense y, Desk desk) {
        int n = (int) p.size(0);
        Dense products = desk.place(PRODUCTS, n, y.size(1));
        map(FusedLoops.PRODUCT_ROWS, g, y.segment(), at(y, 0), 4 * y.stride(0), null, 0, 0, products);
        Accumulators.local()
                .rows(
                        FusedLoops.SUM_ROWS,
                        Combine.SUM,
                        products.segment(),
                        at(products, 0),
                        n,
                        Math.toIntExact(y.size(1)),
                        desk.logs);
        for (int i = 0; i < n; i++) {
            desk.numbers[i] = (float) desk.logs[i];
        }
        long row = 4 * p.stride(0);
        map(FusedLoops.SOFTMAX_GRAD_ROWS, gp, p.segment(), at(p, 0), row, desk.numbers(n), 0, 4, gp);
    }

    /** Adds a product to the first {@code width} rows of {@code to}, of which {@code done} hold something. */
    private static void add(Desk desk, Dense left, Dense right, Dense to, long width, long done) {
        if (done == 0) {
            Matmul.into(left, right, null, rows(to, 0, width));
            return;
        }
        Dense t = desk.place(3, width, to.size(1));
        Matmul.into(left, right, null, t);
        Rows.map(
                FusedLoops.PLUS_ROWS,
                t.segment(),
                t.byteOffset(),
                to.segment(),
                to.byteOffset(),
                null,
                0,
                to.segment(),
                to.byteOffset(),
                width * to.size(1));
    }

    private static void zero(Dense t, long from) {
        for (long i = from; i < t.size(0); i++) {
            clear(t, i, 0, t.size(1));
        }
    }
}
