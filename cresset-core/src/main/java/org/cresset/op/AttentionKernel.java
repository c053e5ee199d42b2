package org.cresset.op;

import java.lang.foreign.MemorySegment;
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

    /** Matrices that a thread works on, used again for one head after the other. */
    private static final class Desk {
        private final @Nullable Dense[] places = new Dense[4];

        Dense place(int i, long rows, long columns) {
            Dense p = places[i];
            if (p == null || p.numel() < rows * columns) {
                p = Dense.empty(Shape.of(rows * columns), DType.FLOAT32);
                places[i] = p;
            }
            return p.view(Shape.of(rows, columns), new long[] {columns, 1}, p.storageOffset());
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

    /** Queries times scale, one behind the other. */
    private Dense scaled(Desk desk, Dense block) {
        Dense s = desk.place(0, block.size(0), block.size(1));
        Rows r = Rows.local();
        r.number(0, (float) scale);
        r.number(1, 0);
        for (long i = 0; i < block.size(0); i++) {
            Rows.map(
                    FusedLoops.AFFINE_ROWS,
                    block.segment(),
                    at(block, i),
                    r.numbers(),
                    0,
                    r.numbers(),
                    4,
                    s.segment(),
                    at(s, i),
                    block.size(1));
        }
        return s;
    }

    /** Scores of some queries, with the mask. */
    private Dense scores(Desk desk, Dense queries, Dense keys, long head, long first, long width) {
        Dense s = desk.place(1, queries.size(0), width);
        Matmul.into(queries, turned(rows(keys, 0, width)), null, s);
        if (mask != null) {
            Dense m = matrix(mask, head);
            for (long i = 0; i < s.size(0); i++) {
                Rows.map(
                        FusedLoops.PLUS_ROWS,
                        s.segment(),
                        at(s, i),
                        m.segment(),
                        at(m, first + i),
                        null,
                        0,
                        s.segment(),
                        at(s, i),
                        width);
            }
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
            Dense km = matrix(k, head);
            Dense vm = matrix(v, head);
            Dense ym = matrix(y, head);
            for (long first = 0; first < length; first += BLOCK) {
                long n = Math.min(BLOCK, length - first);
                long width = seen(first + n);
                Dense s = scores(desk, scaled(desk, rows(qm, first, n)), km, head, first, width);
                for (long i = 0; i < n; i++) {
                    logs.write(head * length + first + i, softmax(s, i, valid(first + i, width)));
                }
                Matmul.into(s, rows(vm, 0, width), null, rows(ym, first, n));
            }
        });
    }

    /** Makes a row of scores a row of weights; gives the logarithm of the sum of the exponentials. */
    private static double softmax(Dense s, long row, long n) {
        Rows r = Rows.local();
        MemorySegment m = s.segment();
        long at = at(s, row);
        clear(s, row, n, s.size(1));
        float max = r.largest(m, at, n);
        if (max == Float.NEGATIVE_INFINITY) {
            clear(s, row, 0, n);
            return max;
        }
        r.number(0, max);
        double sum =
                r.accumulate(FusedLoops.EXP_SHIFTED_AND_SUM_ROWS, Combine.SUM, m, at, r.numbers(), 0, true, m, at, n);
        r.number(1, (float) (1 / sum));
        r.number(2, 0);
        Rows.map(FusedLoops.AFFINE_ROWS, m, at, r.numbers(), 4, r.numbers(), 8, m, at, n);
        return max + Math.log(sum);
    }

    /** Gradients of q, k and v from that of the result, the result and its logarithms. */
    void backward(Dense gradient, Dense y, Dense logs, Dense[] out) {
        Dense g = rowwise(gradient);
        each((head, desk) -> {
            Dense qm = matrix(q, head);
            Dense km = matrix(k, head);
            Dense vm = matrix(v, head);
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
                Dense p = scores(desk, queries, km, head, first, width);
                for (long i = 0; i < n; i++) {
                    weights(p, i, valid(first + i, width), (float) logs.read(head * length + first + i));
                }
                Dense gb = rows(gm, first, n);
                add(desk, turned(p), gb, gv, width, done);
                Dense gp = desk.place(2, n, width);
                Matmul.into(gb, turned(rows(vm, 0, width)), null, gp);
                for (long i = 0; i < n; i++) {
                    through(p, gp, i, gb, rows(ym, first, n));
                }
                Dense b = rows(gq, first, n);
                Matmul.into(gp, rows(km, 0, width), null, b);
                scale(b);
                add(desk, turned(gp), queries, gk, width, done);
                done = Math.max(done, width);
            }
            zero(gk, done);
            zero(gv, done);
        });
    }

    private static void weights(Dense s, long row, long n, float log) {
        clear(s, row, n, s.size(1));
        if (log == Float.NEGATIVE_INFINITY) {
            clear(s, row, 0, n);
            return;
        }
        Rows r = Rows.local();
        r.number(0, log);
        Rows.map(
                ChannelLoops.EXP_SHIFTED_ROWS,
                s.segment(),
                at(s, row),
                r.numbers(),
                0,
                null,
                0,
                s.segment(),
                at(s, row),
                n);
    }

    /** Turns the gradient of a row of weights into that of its scores; the sum of both is that of gradient and result. */
    private static void through(Dense p, Dense gp, long row, Dense g, Dense y) {
        Rows r = Rows.local();
        double sum = r.dot(g.segment(), at(g, row), y.segment(), at(y, row), y.size(1));
        r.number(0, (float) sum);
        Rows.map(
                FusedLoops.SOFTMAX_GRAD_ROWS,
                gp.segment(),
                at(gp, row),
                p.segment(),
                at(p, row),
                r.numbers(),
                0,
                gp.segment(),
                at(gp, row),
                p.size(1));
    }

    private void scale(Dense t) {
        Rows r = Rows.local();
        r.number(0, (float) scale);
        r.number(1, 0);
        for (long i = 0; i < t.size(0); i++) {
            Rows.map(
                    FusedLoops.AFFINE_ROWS,
                    t.segment(),
                    at(t, i),
                    r.numbers(),
                    0,
                    r.numbers(),
                    4,
                    t.segment(),
                    at(t, i),
                    t.size(1));
        }
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
