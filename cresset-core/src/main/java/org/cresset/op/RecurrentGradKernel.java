package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;
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

    private final Dense weight;
    private final Dense y;
    private final Dense kept;
    private final Dense[] out;

    /** The inputs, if their weight's gradient is wanted. */
    private final @Nullable Dense x;

    /** How many inputs lie before the hidden state in a row of {@link Part#before}. */
    private final int inputs;

    /** Whether the state before each step is read where the forward pass has left it. */
    private final boolean direct;

    /** What stands for the gradient of the states of all steps where there is none. */
    private final Dense zeros;

    private final boolean gru;
    private final int n;
    private final int width;

    /**
     * What is made of a run of steps, row by row: in the same memory for each run, which so stays in the processor's cache, but for
     * gradients of gates that somebody wants.
     *
     * @param gates gradients of gates
     * @param hidden gradients of what the hidden states give to the gates: those of the gates themselves, but for a GRU
     * @param before the hidden state before each step; where one product gives the gradients of both weights, behind the inputs;
     *     without rows if that is read directly
     */
    private record Part(Recurrent.Run run, Dense gates, Dense hidden, Dense before) {
        /** The row of this part that is a row of all. */
        long row(long r) {
            return r - run.first();
        }
    }

    RecurrentGradKernel(Recurrent.Attrs attrs, @Nullable Dense[] in, Dense[] out) {
        this.attrs = attrs;
        offsets = attrs.offsets();
        gy = in[0] == null ? null : Rows.floats(in[0]);
        gh = in[1];
        gc = in[2];
        h0 = Rows.floats(in[3]);
        weight = Rows.floats(in[4]);
        y = Rows.floats(in[5]);
        kept = in[6] == null ? y : Rows.floats(in[6]);
        this.out = out;
        n = Math.toIntExact(h0.size(1));
        width = Math.toIntExact(weight.size(0));
        gru = attrs.mode() == Recurrent.Mode.GRU;
        x = in[8];
        direct = !gru
                && LongStream.of(attrs.sizes()).allMatch(s -> s == h0.size(0))
                && Panels.suits(longest(), n)
                && (x == null || Panels.suits(longest(), x.size(x.dim() - 1)));
        inputs = x == null || gru || direct ? 0 : Math.toIntExact(x.size(x.dim() - 1));
        zeros = Dense.empty(Shape.of(n), DType.FLOAT32);
        zeros.segment().asSlice(zeros.byteOffset(), 4L * n).fill((byte) 0);
    }

    private long longest() {
        return attrs.runs().stream().mapToLong(Recurrent.Run::rows).max().orElse(0);
    }

    void run() {
        start(gh, out[1]);
        start(gc, out[2]);
        long batch = h0.size(0);
        Dense both = inputs == 0 ? out[3] : Dense.empty(Shape.of(width, inputs + n), DType.FLOAT32);
        List<Recurrent.Run> runs = attrs.runs().reversed();
        long longest = longest();
        Dense gates = out[0].numel() > 0 ? out[0] : RecurrentKernel.room(longest, width);
        Dense hidden = gru ? RecurrentKernel.room(longest, width) : gates;
        Dense before = Dense.empty(Shape.of(direct ? 0 : longest, inputs + n), DType.FLOAT32);
        boolean adds = false;
        try (Factor f = Factor.of(weight, batch / RecurrentKernel.blocks(batch))) {
            for (Recurrent.Run run : runs) {
                Dense own = RecurrentKernel.part(gates, gates == out[0] ? run.first() : 0, run.rows());
                Part p = new Part(
                        run,
                        own,
                        gru ? RecurrentKernel.part(hidden, 0, run.rows()) : own,
                        RecurrentKernel.part(before, 0, direct ? 0 : run.rows()));
                RecurrentKernel.inBlocks(batch, (from, to) -> block(f, from, to, p));
                Dense rows = x == null ? null : RecurrentKernel.inputs(x, run);
                if (rows != null && inputs > 0) {
                    Pointwise.copy(rows, columns(p.before, 0, inputs));
                }
                if (!direct || !addTiled(p, rows, both, adds)) {
                    if (direct) {
                        addStates(p, both, adds);
                    } else {
                        addProduct(p.hidden, p.before, both, adds);
                    }
                    if (rows != null && inputs == 0) {
                        addProduct(p.gates, rows, out[5], adds);
                    }
                }
                addSum(p.hidden, out[4], adds);
                if (gru || out[4].numel() == 0) {
                    addSum(p.gates, out[6], adds);
                }
                adds = true;
            }
        }
        if (inputs > 0) {
            Pointwise.copy(columns(both, 0, inputs), out[5]);
            Pointwise.copy(columns(both, inputs, n), out[3]);
        }
        if (!gru && out[6].numel() > 0 && out[4].numel() > 0) {
            Pointwise.copy(out[4], out[6]);
        }
    }

    /** The sum of a run's rows, if that is wanted: of these first, so that rounding doesn't grow with all of them. */
    private void addSum(Dense rows, Dense sum, boolean adds) {
        if (sum.numel() == 0) {
            return;
        }
        Dense part = adds ? Dense.empty(sum.shape(), DType.FLOAT32) : sum;
        MemorySegment ps = part.segment();
        long po = part.byteOffset();
        ps.asSlice(po, 4L * width).fill((byte) 0);
        RecurrentLoops.SUM.run(
                new MemorySegment[] {ps, rows.segment(), ps},
                new long[] {po, rows.byteOffset(), po},
                new int[] {0, Math.toIntExact(rows.stride(0)), 0},
                Math.toIntExact(rows.size(0)),
                width);
        if (adds) {
            MemorySegment ss = sum.segment();
            long so = sum.byteOffset();
            Rows.map(FusedLoops.PLUS_ROWS, ss, so, ps, po, null, 0, ss, so, width);
        }
    }

    /** A run's part of the product of a transposed matrix and another. */
    private static void addProduct(Dense left, Dense right, Dense sum, boolean adds) {
        if (sum.numel() == 0 || Panels.addProduct(left, right, sum, adds)) {
            return;
        }
        Dense a = (Dense) left.detach().t();
        if (!adds) {
            Matmul.into(a, right, null, sum);
        } else {
            Matmul.add(a, right, sum);
        }
    }

    /** The parts of both weights' gradients on a matrix unit, with the gates' in tiles once; false if that doesn't suit. */
    private boolean addTiled(Part part, @Nullable Dense rows, Dense sum, boolean adds) {
        if (!Tiled.suits(part.run.rows()) || rows != null && !Tiled.suits(rows)) {
            return false;
        }
        try (Tiled left = Tiled.left((Dense) part.gates.detach().t());
                Tiled states = Tiled.right(before(part.run));
                Tiled in = rows == null ? null : Tiled.right(rows)) {
            if (left == null || states == null || rows != null && in == null) {
                return false;
            }
            Tiled.multiply(left, states, null, sum, adds, null);
            if (in != null) {
                Tiled.multiply(left, in, null, out[5], adds, null);
            }
            return true;
        }
    }

    /** The states before each step of a run. */
    private Dense before(Recurrent.Run run) {
        long batch = h0.size(0);
        long from = run.first() + (attrs.reverse() ? batch : -batch);
        if (from >= 0 && from + run.rows() <= y.size(0)) {
            return RecurrentKernel.part(y, from, run.rows());
        }
        Dense all = Dense.empty(Shape.of(run.rows(), n), DType.FLOAT32);
        long others = run.rows() - batch;
        Pointwise.copy(h0, RecurrentKernel.part(all, attrs.reverse() ? others : 0, batch));
        if (others > 0) {
            Dense states = RecurrentKernel.part(y, Math.max(from, 0), others);
            Pointwise.copy(states, RecurrentKernel.part(all, attrs.reverse() ? 0 : batch, others));
        }
        return all;
    }

    /** A run's part of the gradient of the recurrent weight: by states of the steps before, and the first ones. */
    private void addStates(Part part, Dense sum, boolean adds) {
        long first = part.run.first();
        long end = first + part.run.rows();
        long batch = h0.size(0);
        long shift = attrs.reverse() ? batch : -batch;
        long from = Math.max(first, -shift);
        long to = Math.min(end, y.size(0) - shift);
        boolean more = adds;
        if (from < to) {
            Dense states = RecurrentKernel.part(y, from + shift, to - from);
            addProduct(RecurrentKernel.part(part.hidden, from - first, to - from), states, sum, more);
            more = true;
        }
        if (first < from) {
            Dense states = RecurrentKernel.part(h0, first, from - first);
            addProduct(RecurrentKernel.part(part.hidden, 0, from - first), states, sum, more);
            more = true;
        }
        if (to < end) {
            Dense states = RecurrentKernel.part(h0, to + shift - y.size(0), end - to);
            addProduct(RecurrentKernel.part(part.hidden, to - first, end - to), states, sum, more);
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

    private void block(Factor f, long from, long to, Part part) {
        Recurrent.Run run = part.run;
        Dense back = Dense.empty(Shape.of(gru ? to - from : 0, n), DType.FLOAT32);
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
                cells(part, from, r, (int) going, y, offsets[p] + from);
            }
            if (going < rows) {
                cells(part, from + going, r + going, (int) (rows - going), h0, from + going);
            }
            Dense g = RecurrentKernel.part(part.hidden, part.row(r), rows);
            Dense b = RecurrentKernel.part(gru ? back : carried, 0, rows);
            long next = p < 0 ? 0 : offsets[p] + from;
            f.multiply(g, null, b, p < 0 ? null : RecurrentKernel.ahead(kept, next, going));
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
            }
        }
    }

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    /**
     * The cells of some sequences, from {@code b} on, and of row {@code r} and the next ones; their hidden states before lie in
     * {@code oldH} from row {@code old} on.
     */
    private void cells(Part part, long b, long r, int rows, Dense oldH, long old) {
        MemorySegment hs = out[1].segment();
        MemorySegment ys = gy == null ? zeros.segment() : gy.segment();
        MemorySegment ks = kept.segment();
        MemorySegment gs = part.gates.segment();
        MemorySegment bs = part.before.segment();
        long one = 4L * n;
        long ho = at(out[1], b, n);
        long yo = gy == null ? zeros.byteOffset() : at(gy, r, n);
        int step = gy == null ? 0 : n;
        int gw = Math.toIntExact(part.gates.stride(0));
        long go = at(part.gates, part.row(r), gw);
        long bo = at(part.before, part.row(r), inputs + n) + 4L * inputs;
        if (!direct) {
            Moves.plane(oldH.segment(), at(oldH, old, n), one, 4, bs, bo, 4L * (inputs + n), 4, 4, rows, n);
        }
        switch (attrs.mode()) {
            case LSTM -> {
                MemorySegment ds = out[2].segment();
                long d = at(out[2], b, n);
                long ko = at(kept, r, 5L * n);
                RecurrentLoops.LSTM_GRAD.run(
                        new MemorySegment[] {hs, ys, ks, ks, ks, ks, ks, y.segment(), ds, gs, gs, gs, gs, ds},
                        new long[] {
                            ho,
                            yo,
                            ko,
                            ko + one,
                            ko + 2 * one,
                            ko + 3 * one,
                            ko + 4 * one,
                            at(y, r, n),
                            d,
                            go,
                            go + one,
                            go + 2 * one,
                            go + 3 * one,
                            d
                        },
                        new int[] {n, step, 5 * n, n, n, gw, n},
                        rows,
                        n);
            }
            case GRU -> {
                MemorySegment ws = part.hidden.segment();
                int ww = Math.toIntExact(part.hidden.stride(0));
                long wo = at(part.hidden, part.row(r), ww);
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
                        new int[] {n, step, 4 * n, n, gw, ww, n},
                        rows,
                        n);
            }
            case RNN_TANH, RNN_RELU -> {
                MemoryGridTiers cell =
                        attrs.mode() == Recurrent.Mode.RNN_TANH ? RecurrentLoops.TANH_GRAD : RecurrentLoops.RELU_GRAD;
                cell.run(
                        new MemorySegment[] {hs, ys, y.segment(), gs},
                        new long[] {ho, yo, at(y, r, n), go},
                        new int[] {n, step, n, gw},
                        rows,
                        n);
            }
        }
    }
}
