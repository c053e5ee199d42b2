package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer forward, in float32. Sequences don't depend on each other, so blocks of them run through all steps on
 * different threads without waiting for each other.
 */
final class RecurrentKernel {
    /** Sequences for one thread; fewer would make the products of matrices inefficient. */
    static final long BLOCK = 16;

    private final Recurrent.Attrs attrs;
    private final long[] offsets;
    private final Dense x;
    private final Dense h0;

    /** What only some cells have; for the others it stands for nothing and isn't touched. */
    private final Dense c0;

    private final Dense transposed;
    private final @Nullable Dense bias;
    private final Dense y;
    private final Dense h;
    private final Dense c;
    private final Dense kept;
    private final Dense cells;
    private final int n;
    private final int width;

    RecurrentKernel(Recurrent.Attrs attrs, @Nullable Dense[] in, Dense[] out) {
        this.attrs = attrs;
        boolean lstm = attrs.mode() == Recurrent.Mode.LSTM;
        offsets = attrs.offsets();
        x = Rows.floats(in[0]);
        h0 = Rows.floats(in[1]);
        c0 = lstm ? Rows.floats(Objects.requireNonNull(in[2])) : h0;
        transposed = Rows.floats((Dense) in[3].detach().t());
        bias = in[4] == null ? null : Rows.floats(in[4]);
        y = out[0];
        h = out[1];
        c = lstm ? out[2] : h;
        kept = attrs.mode() == Recurrent.Mode.GRU ? out[2] : lstm ? out[3] : y;
        cells = lstm ? out[4] : y;
        n = Math.toIntExact(h0.size(1));
        width = Math.toIntExact(transposed.size(1));
    }

    void forward() {
        Pointwise.copy(h0, h);
        if (c != h) {
            Pointwise.copy(c0, c);
        }
        long batch = h0.size(0);
        long blocks = Math.max(1, batch / BLOCK);
        Workers.parallelFor(blocks, 1, (from, to) -> block(batch * from / blocks, batch * to / blocks));
    }

    /** All steps of the sequences from {@code from} to {@code to}. */
    private void block(long from, long to) {
        Dense gates = Dense.empty(Shape.of(to - from, width), DType.FLOAT32);
        Dense state = part(h, from, to - from);
        for (int k = 0; k < attrs.steps(); k++) {
            int t = attrs.step(k);
            long rows = Math.min(attrs.sizes()[t], to) - from;
            if (rows <= 0) {
                continue;
            }
            Dense g = part(gates, 0, rows);
            Matmul.into(part(state, 0, rows), transposed, bias, g);
            for (long i = 0; i < rows; i++) {
                row(g, i, from + i, offsets[t] + from + i);
            }
        }
    }

    static Dense part(Dense t, long from, long rows) {
        return t.view(Shape.of(rows, t.size(1)), t.strides(), t.storageOffset() + from * t.stride(0));
    }

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    /** One cell: row i of the products, sequence b, row r of all steps. */
    private void row(Dense g, long i, long b, long r) {
        switch (attrs.mode()) {
            case LSTM -> lstm(g, i, b, r);
            case GRU -> gru(g, i, b, r);
            case RNN_TANH -> simple(RecurrentLoops.TANH_SUM_ROWS, g, i, b, r);
            case RNN_RELU -> simple(RecurrentLoops.RELU_SUM_ROWS, g, i, b, r);
        }
    }

    private void lstm(Dense g, long i, long b, long r) {
        MemorySegment gs = g.segment();
        MemorySegment xs = x.segment();
        MemorySegment ks = kept.segment();
        MemorySegment cs = c.segment();
        MemorySegment cells = this.cells.segment();
        long one = 4L * n;
        long go = at(g, i, width);
        long xo = at(x, r, width);
        long ko = at(kept, r, width);
        long co = at(c, b, n);
        long yo = at(this.cells, r, n);
        Rows.map(RecurrentLoops.SIGMOID_SUM_ROWS, gs, go, xs, xo, null, 0, ks, ko, 2L * n);
        Rows.map(RecurrentLoops.TANH_SUM_ROWS, gs, go + 2 * one, xs, xo + 2 * one, null, 0, ks, ko + 2 * one, n);
        Rows.map(RecurrentLoops.SIGMOID_SUM_ROWS, gs, go + 3 * one, xs, xo + 3 * one, null, 0, ks, ko + 3 * one, n);
        Rows.map(FusedLoops.PRODUCT_ROWS, ks, ko, ks, ko + 2 * one, null, 0, cells, yo, n);
        Rows.map(FusedLoops.MULTIPLY_ADD_ROWS, ks, ko + one, cs, co, cells, yo, cells, yo, n);
        MemorySegment.copy(cells, yo, cs, co, one);
        hidden(RecurrentLoops.TANH_PRODUCT_ROWS, cells, yo, ks, ko + 3 * one, null, 0, b, r);
    }

    private void gru(Dense g, long i, long b, long r) {
        MemorySegment gs = g.segment();
        MemorySegment xs = x.segment();
        MemorySegment ks = kept.segment();
        long one = 4L * n;
        long go = at(g, i, width);
        long xo = at(x, r, width);
        long ko = at(kept, r, 4L * n);
        Rows.map(RecurrentLoops.SIGMOID_SUM_ROWS, gs, go, xs, xo, null, 0, ks, ko, 2L * n);
        MemorySegment.copy(gs, go + 2 * one, ks, ko + 3 * one, one);
        Rows.map(RecurrentLoops.TANH_FMA_ROWS, ks, ko, ks, ko + 3 * one, xs, xo + 2 * one, ks, ko + 2 * one, n);
        hidden(RecurrentLoops.MIX_ROWS, ks, ko + 2 * one, ks, ko + one, h.segment(), at(h, b, n), b, r);
    }

    private void simple(Tiers loop, Dense g, long i, long b, long r) {
        hidden(loop, g.segment(), at(g, i, width), x.segment(), at(x, r, width), null, 0, b, r);
    }

    /** Computes the hidden state into the states, and copies it to where the next step reads it. */
    private void hidden(
            Tiers loop,
            MemorySegment p,
            long po,
            MemorySegment q,
            long qo,
            @Nullable MemorySegment s,
            long so,
            long b,
            long r) {
        long yo = at(y, r, n);
        Rows.map(loop, p, po, q, qo, s, so, y.segment(), yo, n);
        MemorySegment.copy(y.segment(), yo, h.segment(), at(h, b, n), 4L * n);
    }
}
