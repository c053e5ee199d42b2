package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer backward, in float32: the steps in reverse for blocks of sequences, then one product of matrices for the
 * gradient of the weight, over all steps.
 */
final class RecurrentGradKernel {
    private final Recurrent.Attrs attrs;
    private final long[] offsets;
    private final @Nullable Dense gy;
    private final @Nullable Dense gh;
    private final @Nullable Dense gc;
    private final Dense h0;

    /** What only some cells have; for the others it stands for nothing and isn't read. */
    private final Dense c0;

    private final Dense weight;
    private final Dense y;
    private final Dense kept;
    private final Dense cells;
    private final Dense[] out;

    /** The gradients of what the hidden states give to the gates: those of the gates themselves, but for a GRU. */
    private final Dense hidden;

    /** The hidden state before each step. */
    private final Dense before;

    private final int n;
    private final int width;

    RecurrentGradKernel(Recurrent.Attrs attrs, @Nullable Dense[] in, Dense[] out) {
        this.attrs = attrs;
        offsets = attrs.offsets();
        gy = in[0] == null ? null : Rows.floats(in[0]);
        gh = in[1];
        gc = in[2];
        h0 = Rows.floats(in[3]);
        c0 = in[4] == null ? h0 : Rows.floats(in[4]);
        weight = Rows.floats(in[5]);
        y = Rows.floats(in[6]);
        kept = in[7] == null ? y : Rows.floats(in[7]);
        cells = in[8] == null ? y : Rows.floats(in[8]);
        this.out = out;
        n = Math.toIntExact(h0.size(1));
        width = Math.toIntExact(weight.size(0));
        boolean gru = attrs.mode() == Recurrent.Mode.GRU;
        hidden = gru ? Dense.empty(out[0].shape(), DType.FLOAT32) : out[0];
        before = Dense.empty(y.shape(), DType.FLOAT32);
    }

    void run() {
        start(gh, out[1]);
        start(gc, out[2]);
        long batch = h0.size(0);
        long blocks = Math.max(1, batch / RecurrentKernel.BLOCK);
        Workers.parallelFor(blocks, 1, (from, to) -> block(batch * from / blocks, batch * to / blocks));
        Matmul.into((Dense) hidden.detach().t(), before, null, out[3]);
        Pointwise.copy((Dense) hidden.detach().sum(0), out[4]);
    }

    private static void start(@Nullable Dense from, Dense to) {
        if (from == null) {
            to.segment().asSlice(to.byteOffset(), 4 * to.numel()).fill((byte) 0);
        } else {
            Pointwise.copy(from, to);
        }
    }

    private void block(long from, long to) {
        Dense scratch = Dense.empty(Shape.of(2, n), DType.FLOAT32);
        Dense back = Dense.empty(Shape.of(to - from, n), DType.FLOAT32);
        Dense carried = RecurrentKernel.part(out[1], from, to - from);
        for (int k = attrs.steps() - 1; k >= 0; k--) {
            int t = attrs.step(k);
            long rows = Math.min(attrs.sizes()[t], to) - from;
            if (rows <= 0) {
                continue;
            }
            for (long i = 0; i < rows; i++) {
                row(from + i, offsets[t] + from + i, k, scratch);
            }
            Dense g = RecurrentKernel.part(hidden, offsets[t] + from, rows);
            Dense b = RecurrentKernel.part(back, 0, rows);
            Matmul.into(g, weight, null, b);
            if (attrs.mode() == Recurrent.Mode.GRU) { // some of the gradient has gone around the gates
                Rows.map(
                        FusedLoops.PLUS_ROWS,
                        b.segment(),
                        b.byteOffset(),
                        carried.segment(),
                        carried.byteOffset(),
                        null,
                        0,
                        carried.segment(),
                        carried.byteOffset(),
                        rows * n);
            } else {
                MemorySegment.copy(b.segment(), b.byteOffset(), carried.segment(), carried.byteOffset(), 4 * rows * n);
            }
        }
    }

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    /** Where the state of sequence b is before the k-th step: among those of all steps, or -1: the first one. */
    private long previous(int k, long b) {
        if (k == 0) {
            return -1;
        }
        int p = attrs.step(k - 1);
        return b < attrs.sizes()[p] ? offsets[p] + b : -1;
    }

    private void row(long b, long r, int k, Dense scratch) {
        MemorySegment hs = out[1].segment();
        long ho = at(out[1], b, n);
        if (gy != null) {
            Rows.map(FusedLoops.PLUS_ROWS, hs, ho, gy.segment(), at(gy, r, n), null, 0, hs, ho, n);
        }
        long p = previous(k, b);
        Dense old = p < 0 ? h0 : y;
        MemorySegment.copy(old.segment(), at(old, p < 0 ? b : p, n), before.segment(), at(before, r, n), 4L * n);
        switch (attrs.mode()) {
            case LSTM -> lstm(b, r, p, hs, ho, scratch);
            case GRU -> gru(r, hs, ho, scratch);
            case RNN_TANH -> simple(RecurrentLoops.TANH_GRAD_ROWS, r, hs, ho);
            case RNN_RELU -> simple(RecurrentLoops.RELU_GRAD_ROWS, r, hs, ho);
        }
    }

    private void simple(Tiers loop, long r, MemorySegment hs, long ho) {
        Rows.map(loop, hs, ho, y.segment(), at(y, r, n), null, 0, out[0].segment(), at(out[0], r, n), n);
    }

    private void lstm(long b, long r, long p, MemorySegment hs, long ho, Dense scratch) {
        long one = 4L * n;
        MemorySegment ks = kept.segment();
        long ko = at(kept, r, width);
        MemorySegment gs = out[0].segment();
        long go = at(out[0], r, width);
        MemorySegment cs = cells.segment();
        long co = at(cells, r, n);
        Dense old = p < 0 ? c0 : cells;
        long oo = at(old, p < 0 ? b : p, n);
        MemorySegment ds = out[2].segment();
        long d = at(out[2], b, n);
        MemorySegment ss = scratch.segment();
        long so = scratch.byteOffset();
        // Through h = o tanh(c), then c = f c' + i g.
        Rows.map(RecurrentLoops.TANH_GATE_GRAD_ROWS, hs, ho, cs, co, ks, ko + 3 * one, gs, go + 3 * one, n);
        Rows.map(FusedLoops.PRODUCT_ROWS, hs, ho, ks, ko + 3 * one, null, 0, ss, so, n);
        Rows.map(RecurrentLoops.TANH_GRAD_OF_INPUT_ROWS, ss, so, cs, co, ds, d, ds, d, n);
        Rows.map(RecurrentLoops.GATE_GRAD_ROWS, ds, d, ks, ko + 2 * one, ks, ko, gs, go, n);
        Rows.map(RecurrentLoops.GATE_GRAD_ROWS, ds, d, old.segment(), oo, ks, ko + one, gs, go + one, n);
        Rows.map(RecurrentLoops.TANH_GRAD_SCALED_ROWS, ds, d, ks, ko, ks, ko + 2 * one, gs, go + 2 * one, n);
        Rows.map(FusedLoops.PRODUCT_ROWS, ds, d, ks, ko + one, null, 0, ds, d, n);
    }

    private void gru(long r, MemorySegment hs, long ho, Dense scratch) {
        long one = 4L * n;
        MemorySegment ks = kept.segment();
        long ko = at(kept, r, 4L * n);
        MemorySegment gs = out[0].segment();
        long go = at(out[0], r, width);
        MemorySegment ws = hidden.segment();
        long wo = at(hidden, r, width);
        MemorySegment bs = before.segment();
        long bo = at(before, r, n);
        MemorySegment ss = scratch.segment();
        long so = scratch.byteOffset();
        long n2 = ko + 2 * one;
        // Through h = n + z (h' - n), then n = tanh(x + r a).
        Rows.map(RecurrentLoops.DIFFERENCE_ROWS, bs, bo, ks, n2, null, 0, ss, so, n);
        Rows.map(RecurrentLoops.GATE_GRAD_ROWS, hs, ho, ss, so, ks, ko + one, gs, go + one, n);
        Rows.map(RecurrentLoops.TANH_GRAD_REST_ROWS, hs, ho, ks, ko + one, ks, n2, gs, go + 2 * one, n);
        Rows.map(RecurrentLoops.GATE_GRAD_ROWS, gs, go + 2 * one, ks, ko + 3 * one, ks, ko, gs, go, n);
        MemorySegment.copy(gs, go, ws, wo, 2 * one);
        Rows.map(FusedLoops.PRODUCT_ROWS, gs, go + 2 * one, ks, ko, null, 0, ws, wo + 2 * one, n);
        Rows.map(FusedLoops.PRODUCT_ROWS, hs, ho, ks, ko + one, null, 0, hs, ho, n);
    }
}
