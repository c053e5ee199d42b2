package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer backward, in float32: runs of steps in reverse, and after each run one product of matrices for the gradients
 * of both weights, while the gates' are in the processor's cache. Where these gradients are small, each thread sums them up for its own
 * sequences and meets the others at the end only: else the gates of a run would move from one processor's cache to another's.
 */
final class RecurrentGradKernel {
    /** Floats of both weights' gradients up to which threads have sums of their own: these stay in the second-level cache. */
    private static final long SMALL_SUMS = 5 << 16;

    /** Floats of a gradient of which a thread adds up those that the others have. */
    private static final long GRAIN = 1 << 14;

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
     * @param before the inputs of each step and the hidden state before it; without rows if those are read directly
     */
    private record Part(Recurrent.Run run, Dense gates, Dense hidden, Dense before) {
        /** The row of this part that is a row of the portion. */
        long row(long r) {
            return r - run.first();
        }
    }

    /**
     * Sums over all rows.
     *
     * @param both gradients of the input weight and of the hidden one side by side, where one product gives both; else without rows
     */
    private record Sums(Dense both, Dense hidden, Dense hiddenBias, Dense input, Dense inputBias) {
        List<Dense> all() {
            return List.of(both, hidden, hiddenBias, input, inputBias);
        }

        /** Others for the same. */
        Sums alike() {
            return new Sums(alike(both), alike(hidden), alike(hiddenBias), alike(input), alike(inputBias));
        }

        private static Dense alike(Dense t) {
            return Dense.empty(t.shape(), DType.FLOAT32);
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
        inputs = x == null ? 0 : Math.toIntExact(x.size(x.dim() - 1));
        zeros = Dense.empty(Shape.of(n), DType.FLOAT32);
        zeros.segment().asSlice(zeros.byteOffset(), 4L * n).fill((byte) 0);
    }

    void run() {
        start(gh, out[1]);
        start(gc, out[2]);
        long batch = h0.size(0);
        long blocks = RecurrentKernel.blocks(batch);
        try (Factor f = Factor.of(weight, batch / blocks)) {
            if (blocks == 1 || (long) width * (inputs + n) > SMALL_SUMS) {
                Portion all = new Portion(f, 0, batch);
                Sums sums = sums(!all.direct);
                all.run(sums);
                split(sums);
                return;
            }
            Sums[] sums = new Sums[Math.toIntExact(blocks)];
            sums[0] = sums(true);
            for (int i = 1; i < blocks; i++) {
                sums[i] = sums[0].alike();
            }
            Workers.parallelFor(blocks, 1, (lo, hi) -> {
                for (long b = lo; b < hi; b++) {
                    new Portion(f, batch * b / blocks, batch * (b + 1) / blocks).run(sums[(int) b]);
                }
            });
            add(sums);
            split(sums[0]);
        }
    }

    private Sums sums(boolean joint) {
        boolean both = joint && !gru && x != null;
        Dense none = Dense.empty(Shape.of(0), DType.FLOAT32);
        return new Sums(
                both ? Dense.empty(Shape.of(width, inputs + n), DType.FLOAT32) : none,
                both ? none : out[3],
                out[4],
                both ? none : out[5],
                gru || out[4].numel() == 0 ? out[6] : none);
    }

    /** Adds all to the first ones. */
    private static void add(Sums[] sums) {
        List<Dense> first = sums[0].all();
        for (int i = 0; i < first.size(); i++) {
            Dense to = first.get(i);
            MemorySegment ts = to.segment();
            int k = i;
            Workers.parallelFor(to.numel(), GRAIN, (lo, hi) -> {
                long at = to.byteOffset() + 4 * lo;
                for (int j = 1; j < sums.length; j++) {
                    Dense from = sums[j].all().get(k);
                    long fo = from.byteOffset() + 4 * lo;
                    Rows.map(FusedLoops.PLUS_ROWS, ts, at, from.segment(), fo, null, 0, ts, at, hi - lo);
                }
            });
        }
    }

    /** Gives sums that stand for two to both. */
    private void split(Sums sums) {
        if (sums.both.numel() > 0) {
            Pointwise.copy(columns(sums.both, 0, inputs), out[5]);
            Pointwise.copy(columns(sums.both, inputs, n), out[3]);
        }
        if (!gru && out[6].numel() > 0 && out[4].numel() > 0) {
            Pointwise.copy(out[4], out[6]);
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

    /** Some sequences, whose gradients of weights are summed up together. */
    private final class Portion {
        private final Factor factor;
        private final long begin;
        private final long batch;

        /** These sequences by themselves, and where the rows of their steps begin. */
        private final Recurrent.Attrs own;

        private final long[] at;

        /** Whether these are all sequences, so that their rows lie as those of all do. */
        private final boolean whole;

        /** Whether inputs, and the state before each step, are read where the forward pass has left them. */
        private final boolean direct;

        Portion(Factor factor, long begin, long end) {
            this.factor = factor;
            this.begin = begin;
            batch = end - begin;
            whole = batch == h0.size(0);
            own = whole ? attrs : attrs.part(begin, end);
            at = whole ? offsets : own.offsets();
            direct = whole
                    && !gru
                    && LongStream.of(attrs.sizes()).allMatch(s -> s == batch)
                    && Panels.suits(longest(), n)
                    && (x == null || Panels.suits(longest(), inputs));
        }

        private long longest() {
            return own.runs().stream().mapToLong(Recurrent.Run::rows).max().orElse(0);
        }

        void run(Sums sums) {
            long longest = longest();
            Dense gates = whole && out[0].numel() > 0 ? out[0] : RecurrentKernel.room(longest, width);
            Dense hidden = gru ? RecurrentKernel.room(longest, width) : gates;
            Dense before = RecurrentKernel.room(direct ? 0 : longest, inputs + n);
            boolean adds = false;
            for (Recurrent.Run run : own.runs().reversed()) {
                if (run.rows() == 0) {
                    continue;
                }
                Dense made = RecurrentKernel.part(gates, gates == out[0] ? run.first() : 0, run.rows());
                Part p = new Part(
                        run,
                        made,
                        gru ? RecurrentKernel.part(hidden, 0, run.rows()) : made,
                        RecurrentKernel.part(before, 0, direct ? 0 : run.rows()));
                if (whole) {
                    RecurrentKernel.inBlocks(batch, (from, to) -> block(from, to, p));
                } else {
                    block(begin, begin + batch, p);
                    give(p);
                }
                add(products(p, sums), adds);
                addSum(p.hidden, sums.hiddenBias, adds);
                addSum(p.gates, sums.inputBias, adds);
                adds = true;
            }
            if (!adds) {
                sums.all().forEach(s -> start(null, s));
            }
        }

        private List<Product> products(Part p, Sums sums) {
            if (sums.both.numel() > 0) {
                return List.of(new Product(p.gates, p.before, sums.both));
            }
            Dense states = direct ? before(p.run) : columns(p.before, inputs, n);
            Product first = new Product(p.hidden, states, sums.hidden);
            if (x == null) {
                return List.of(first);
            }
            Dense rows = direct ? RecurrentKernel.inputs(x, p.run) : columns(p.before, 0, inputs);
            return List.of(first, new Product(p.gates, rows, sums.input));
        }

        /** The states before each step of a run of all sequences, which all have each step. */
        private Dense before(Recurrent.Run run) {
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

        /** Gradients of a run's gates, where somebody wants them, to the rows of all. */
        private void give(Part p) {
            for (int k = p.run.begin(); k < p.run.end() && out[0].numel() > 0; k++) {
                int t = attrs.step(k);
                long rows = own.sizes()[t];
                Dense made = RecurrentKernel.part(p.gates, p.row(at[t]), rows);
                Pointwise.copy(made, RecurrentKernel.part(out[0], offsets[t] + begin, rows));
            }
        }

        private void block(long from, long to, Part part) {
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
                long row = part.row(at[t] + from - begin);
                if (going > 0) {
                    before(part, row, r, going, y, offsets[p] + from);
                    cells(part, row, from, r, (int) going);
                }
                if (going < rows) {
                    before(part, row + going, r + going, rows - going, h0, from + going);
                    cells(part, row + going, from + going, r + going, (int) (rows - going));
                }
                Dense g = RecurrentKernel.part(part.hidden, row, rows);
                Dense b = RecurrentKernel.part(gru ? back : carried, 0, rows);
                long next = p < 0 ? 0 : offsets[p] + from;
                factor.multiply(g, null, b, p < 0 ? null : RecurrentKernel.ahead(kept, next, going));
                if (gru) { // some of the gradient has gone around the gates
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

        /** Brings inputs of rows from {@code r} on, and the states before, which are rows of {@code oldH}, to where products read them. */
        private void before(Part part, long row, long r, long rows, Dense oldH, long old) {
            if (direct) {
                return;
            }
            MemorySegment bs = part.before.segment();
            long step = 4 * part.before.stride(0);
            long to = at(part.before, row, part.before.stride(0));
            Moves.plane(oldH.segment(), at(oldH, old, n), 4L * n, 4, bs, to + 4L * inputs, step, 4, 4, rows, n);
            if (x != null) {
                boolean flat = x.dim() == 2;
                long each = flat ? x.size(0) : x.size(1);
                long from = flat ? r * x.stride(0) : r / each * x.stride(0) + r % each * x.stride(1);
                Moves.plane(
                        x.segment(),
                        x.byteOffset() + 4 * from,
                        4 * x.stride(x.dim() - 2),
                        4 * x.stride(x.dim() - 1),
                        bs,
                        to,
                        step,
                        4,
                        4,
                        rows,
                        inputs);
            }
        }
    }

    /** A run's part of a sum: a product of a transposed matrix and another. */
    private record Product(Dense left, Dense right, Dense sum) {
        Dense turned() {
            return (Dense) left.detach().t();
        }

        boolean tiled(Tiled tiles, boolean adds) {
            try (Tiled tiledRight = Tiled.right(right)) {
                if (tiledRight != null) {
                    Tiled.multiply(tiles, tiledRight, null, sum, adds, null);
                }
                return tiledRight != null;
            }
        }

        void plain(boolean adds) {
            if (Panels.addProduct(left, right, sum, adds)) {
                return;
            }
            if (!adds) {
                Matmul.into(turned(), right, null, sum);
            } else {
                Matmul.add(turned(), right, sum);
            }
        }
    }

    /** Adds products, or begins with them. On a matrix unit a left factor comes into tiles once for all that follow each other. */
    private static void add(List<Product> products, boolean adds) {
        Dense last = null;
        Tiled left = null;
        try {
            for (Product p : products) {
                boolean suits = Tiled.suits(p.right.size(0)) && Tiled.suits(p.right);
                if (suits && p.left != last) {
                    if (left != null) {
                        left.close();
                    }
                    left = Tiled.left(p.turned());
                    last = p.left;
                }
                if (!suits || left == null || !p.tiled(left, adds)) {
                    p.plain(adds);
                }
            }
        } finally {
            if (left != null) {
                left.close();
            }
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

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    /** The cells of some sequences, from {@code b} on, and of row {@code r} of all and the next ones, which is {@code row} of a part. */
    private void cells(Part part, long row, long b, long r, int rows) {
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
        long go = at(part.gates, row, gw);
        int bw = Math.toIntExact(part.before.stride(0));
        long bo = at(part.before, row, bw) + 4L * inputs;
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
                long wo = at(part.hidden, row, ww);
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
                        new int[] {n, step, 4 * n, bw, gw, ww, n},
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
