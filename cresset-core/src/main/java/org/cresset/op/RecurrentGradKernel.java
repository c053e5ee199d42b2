package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer backward, in float32: runs of steps in reverse, for blocks of sequences, and after each run one product of
 * matrices for the gradients of both weights, while the gates' are in the processor's cache.
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

    /** The inputs, if their weight's gradient is wanted. */
    private final @Nullable Dense x;

    /** The hidden state before each step; where one product gives the gradients of both weights, behind the inputs in their rows. */
    private final Dense before;

    /** How many inputs lie before the hidden state in a row of {@link #before}. */
    private final int inputs;

    /** What stands for the gradient of the states of all steps where there is none. */
    private final Dense zeros;

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
        x = in[10];
        inputs = x == null || gru ? 0 : Math.toIntExact(x.size(1));
        before = Dense.empty(Shape.of(y.size(0), inputs + n), DType.FLOAT32);
        zeros = Dense.empty(Shape.of(n), DType.FLOAT32);
        zeros.segment().asSlice(zeros.byteOffset(), 4L * n).fill((byte) 0);
    }

    void run() {
        start(gh, out[1]);
        start(gc, out[2]);
        long batch = h0.size(0);
        if (inputs > 0) {
            Pointwise.copy(Objects.requireNonNull(x), columns(before, 0, inputs));
        }
        Dense both = inputs == 0 ? out[3] : Dense.empty(Shape.of(width, inputs + n), DType.FLOAT32);
        boolean adds = false;
        try (Factor f = Factor.of(weight, batch / RecurrentKernel.blocks(batch))) {
            for (Recurrent.Run run : attrs.runs().reversed()) {
                RecurrentKernel.inBlocks(batch, (from, to) -> block(f, from, to, run));
                addProduct(hidden, before, run, both, adds);
                if (x != null && inputs == 0) {
                    addProduct(out[0], x, run, out[5], adds);
                }
                adds = true;
            }
        }
        if (inputs > 0) {
            Pointwise.copy(columns(both, 0, inputs), out[5]);
            Pointwise.copy(columns(both, inputs, n), out[3]);
        }
        if (out[4].numel() > 0) {
            Pointwise.copy((Dense) hidden.detach().sum(0), out[4]);
        }
        if (out[6].numel() > 0) {
            boolean same = hidden == out[0] && out[4].numel() > 0;
            Pointwise.copy(same ? out[4] : (Dense) out[0].detach().sum(0), out[6]);
        }
    }

    /** A run's part of the product of a transposed matrix and another. */
    private static void addProduct(Dense left, Dense right, Recurrent.Run run, Dense sum, boolean adds) {
        Dense a = (Dense)
                RecurrentKernel.part(left, run.first(), run.rows()).detach().t();
        Dense b = RecurrentKernel.part(right, run.first(), run.rows());
        if (!adds) {
            Matmul.into(a, b, null, sum);
        } else if (sum.numel() > 0) {
            Matmul.add(a, b, sum);
        }
    }

    private static Dense columns(Dense t, long from, long count) {
        return t.view(Shape.of(t.size(0), count), t.strides(), t.storageOffset() + from);
    }

    private static void start(@Nullable Dense from, Dense to) {
        if (from == null) {
            to.segment().asSlice(to.byteOffset(), 4 * to.numel()).fill((byte) 0);
        } else {
            Pointwise.copy(from, to);
        }
    }

    private void block(Factor f, long from, long to, Recurrent.Run run) {
        Dense back = Dense.empty(Shape.of(to - from, n), DType.FLOAT32);
        Dense carried = RecurrentKernel.part(out[1], from, to - from);
        for (int k = run.end() - 1; k >= run.begin(); k--) {
            int t = attrs.step(k);
            long rows = Math.min(attrs.sizes()[t], to) - from;
            if (rows <= 0) {
                continue;
            }
            // Sequences that begin here come last; the state before is the first one for them.
            int p = k == 0 ? -1 : attrs.step(k - 1);
            long going = p < 0 ? 0 : Math.clamp(attrs.sizes()[p] - from, 0, rows);
            long r = offsets[t] + from;
            if (going > 0) {
                cells(from, r, (int) going, y, cells, offsets[p] + from);
            }
            if (going < rows) {
                cells(from + going, r + going, (int) (rows - going), h0, c0, from + going);
            }
            Dense g = RecurrentKernel.part(hidden, r, rows);
            Dense b = RecurrentKernel.part(back, 0, rows);
            f.multiply(g, null, b);
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

    /**
     * The cells of some sequences, from {@code b} on, and of row {@code r} and the next ones; their states before lie in
     * {@code oldH} and {@code oldC} from row {@code old} on.
     */
    private void cells(long b, long r, int rows, Dense oldH, Dense oldC, long old) {
        MemorySegment hs = out[1].segment();
        MemorySegment ys = gy == null ? zeros.segment() : gy.segment();
        MemorySegment ks = kept.segment();
        MemorySegment gs = out[0].segment();
        MemorySegment bs = before.segment();
        long one = 4L * n;
        long ho = at(out[1], b, n);
        long yo = gy == null ? zeros.byteOffset() : at(gy, r, n);
        int step = gy == null ? 0 : n;
        long go = at(out[0], r, width);
        long bo = at(before, r, inputs + n) + 4L * inputs;
        int together = inputs == 0 ? rows : 1;
        for (int i = 0; i < rows; i += together) {
            MemorySegment.copy(oldH.segment(), at(oldH, old + i, n), bs, bo + 4L * i * (inputs + n), one * together);
        }
        switch (attrs.mode()) {
            case LSTM -> {
                MemorySegment ds = out[2].segment();
                long d = at(out[2], b, n);
                long ko = at(kept, r, width);
                RecurrentLoops.LSTM_GRAD.run(
                        new MemorySegment[] {
                            hs, ys, ks, ks, ks, ks, cells.segment(), oldC.segment(), ds, gs, gs, gs, gs, ds
                        },
                        new long[] {
                            ho,
                            yo,
                            ko,
                            ko + one,
                            ko + 2 * one,
                            ko + 3 * one,
                            at(cells, r, n),
                            at(oldC, old, n),
                            d,
                            go,
                            go + one,
                            go + 2 * one,
                            go + 3 * one,
                            d
                        },
                        new int[] {n, step, width, n, n, n, width, n},
                        rows,
                        n);
            }
            case GRU -> {
                MemorySegment ws = hidden.segment();
                long wo = at(hidden, r, width);
                long ko = at(kept, r, 4L * n);
                RecurrentLoops.GRU_GRAD.run(
                        new MemorySegment[] {hs, ys, ks, ks, ks, ks, bs, gs, gs, gs, ws, ws, ws, hs},
                        new long[] {
                            ho,
                            yo,
                            ko,
                            ko + one,
                            ko + 2 * one,
                            ko + 3 * one,
                            bo,
                            go,
                            go + one,
                            go + 2 * one,
                            wo,
                            wo + one,
                            wo + 2 * one,
                            ho
                        },
                        new int[] {n, step, 4 * n, n, width, width, n},
                        rows,
                        n);
            }
            case RNN_TANH, RNN_RELU -> {
                MemoryGridTiers cell =
                        attrs.mode() == Recurrent.Mode.RNN_TANH ? RecurrentLoops.TANH_GRAD : RecurrentLoops.RELU_GRAD;
                cell.run(
                        new MemorySegment[] {hs, ys, y.segment(), gs},
                        new long[] {ho, yo, at(y, r, n), go},
                        new int[] {n, step, n, width},
                        rows,
                        n);
            }
        }
    }
}
