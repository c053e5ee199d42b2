package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.MachineProducts.Ahead;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer forward, in float32. Sequences don't depend on each other, so blocks of them run through all steps on
 * different threads without waiting for each other.
 */
final class RecurrentKernel {
    /** Sequences for one thread; fewer would make the products of matrices inefficient. */
    static final long BLOCK = 16;

    /** Floats in a large power of two bytes, and some that bring what lies that far apart to other places of a cache. */
    private static final long EVEN = 128;

    private static final long GAP = 16;

    private final Recurrent.Attrs attrs;
    private final long[] offsets;
    private final Dense x;
    private final @Nullable Dense weightIh;
    private final @Nullable Dense biasIh;
    private final Dense h0;

    /** What only some cells have; for the others it stands for nothing and isn't touched. */
    private final Dense c0;

    private final Dense weight;
    private final @Nullable Dense bias;
    private final Dense y;
    private final Dense h;
    private final Dense c;
    private final Dense kept;
    private final int n;
    private final int width;

    RecurrentKernel(Recurrent.Attrs attrs, @Nullable Dense[] in, Dense[] out) {
        this.attrs = attrs;
        boolean lstm = attrs.mode() == Recurrent.Mode.LSTM;
        offsets = attrs.offsets();
        h0 = Rows.floats(in[3]);
        c0 = lstm ? Rows.floats(Objects.requireNonNull(in[4])) : h0;
        weight = Rows.floats(in[5]);
        bias = in[6] == null ? null : Rows.floats(in[6]);
        weightIh = in[1];
        biasIh = in[2] == null ? null : Rows.floats(in[2]);
        y = out[0];
        h = out[1];
        c = lstm ? out[2] : h;
        kept = attrs.mode() == Recurrent.Mode.GRU ? out[2] : lstm ? out[3] : y;
        n = Math.toIntExact(h0.size(1));
        width = Math.toIntExact(weight.size(0));
        x = joint() && lies(in[0]) ? in[0] : rows(Rows.floats(in[0]));
    }

    void forward() {
        Pointwise.copy(h0, h);
        if (c != h) {
            Pointwise.copy(c0, c);
        }
        long batch = h0.size(0);
        if (joint()) {
            joint(batch);
            return;
        }
        List<Recurrent.Run> runs = attrs.runs();
        long longest = runs.stream().mapToLong(Recurrent.Run::rows).max().orElse(0);
        Dense room = weightIh == null ? x : room(longest, width);
        try (Factor f = Factor.of((Dense) weight.detach().t(), batch / blocks(batch));
                Factor g = weightIh == null || Workers.parts() > 1
                        ? null
                        : Factor.of((Dense) weightIh.detach().t(), longest)) {
            Step step = (from, count, state, sums) -> f.multiply(state, bias, sums);
            for (Recurrent.Run run : runs) {
                Dense in = part(x, run.first(), run.rows());
                Dense gates = weightIh == null ? in : gates(in, weightIh, g, part(room, 0, run.rows()));
                inBlocks(batch, (from, to) -> block(step, from, to, run, gates));
            }
        }
    }

    /** Whether what inputs and states give to the gates is one sum, of products that are quick in one pass for each step. */
    private boolean joint() {
        return weightIh != null
                && attrs.mode() != Recurrent.Mode.GRU
                && Panels.suits(weight.size(1), width)
                && Panels.suits(weightIh.size(1), width);
    }

    /** All steps, each with its part of the inputs. */
    private void joint(long batch) {
        long rows = batch / blocks(batch);
        Dense zeros = Dense.empty(Shape.of(width), DType.FLOAT32);
        Moves.zero(zeros.segment(), zeros.byteOffset(), 4L * width);
        Dense nothing = zeros.view(Shape.of(1, width), new long[] {0, 1}, zeros.storageOffset());
        Dense input = (Dense) Objects.requireNonNull(weightIh).detach().t();
        try (Panels f = Objects.requireNonNull(
                Panels.of(rows, input, (Dense) weight.detach().t()))) {
            Recurrent.Run all = new Recurrent.Run(0, attrs.steps(), 0, y.size(0));
            Dense biases = Dense.empty(zeros.shape(), DType.FLOAT32);
            Dense one = biasIh == null ? zeros : biasIh;
            Dense other = bias == null ? zeros : bias;
            Rows.map(
                    FusedLoops.PLUS_ROWS,
                    one.segment(),
                    one.byteOffset(),
                    other.segment(),
                    other.byteOffset(),
                    null,
                    0,
                    biases.segment(),
                    biases.byteOffset(),
                    width);
            Step step = (from, count, state, gates) ->
                    f.multiply(biases, gates, ahead(kept, from, count), inputs(x, from, count), state);
            inBlocks(batch, (from, to) -> block(step, from, to, all, nothing));
        }
    }

    /** What gives its gates' sums to a step, whose rows begin at {@code from}. */
    private interface Step {
        void run(long from, long rows, Dense state, Dense gates);
    }

    /** What is kept of some rows, which cells are about to use. */
    static @Nullable Ahead ahead(Dense kept, long row, long rows) {
        long size = 4 * kept.stride(0);
        return rows == 0 ? null : new Ahead(kept.segment().address() + kept.byteOffset() + row * size, rows * size);
    }

    /**
     * What inputs give to the gates: in the same memory for each run of steps, which so stays in the processor's cache. With one
     * thread the weight stays in the library's order, too; with more the product is shared out.
     */
    private Dense gates(Dense in, Dense weightIh, @Nullable Factor packed, Dense made) {
        if (packed != null) {
            packed.multiply(in, biasIh, made);
        } else {
            Matmul.into(in, (Dense) weightIh.detach().t(), biasIh, made);
        }
        return made;
    }

    /** Blocks of sequences for the threads there are, or for any number of them where that has to make no difference. */
    static long blocks(long batch) {
        return Math.clamp(batch / BLOCK, 1, Workers.parts());
    }

    /** Each block by itself, for products of matrices may round differently for another number of rows. */
    static void inBlocks(long batch, Workers.RangeBody body) {
        long blocks = blocks(batch);
        Workers.parallelFor(blocks, 1, (from, to) -> {
            for (long b = from; b < to; b++) {
                body.run(batch * b / blocks, batch * (b + 1) / blocks);
            }
        });
    }

    /** A run of steps of the sequences from {@code from} to {@code to}, and what the inputs give to its gates. */
    private void block(Step step, long from, long to, Recurrent.Run run, Dense given) {
        Dense gates = room(to - from, width);
        Dense state = part(h, from, to - from);
        for (int k = run.begin(); k < run.end(); k++) {
            int t = attrs.step(k);
            long rows = Math.min(attrs.sizes()[t], to) - from;
            if (rows <= 0) {
                continue;
            }
            Dense g = part(gates, 0, rows);
            long r = offsets[t] + from;
            step.run(r, rows, part(state, 0, rows), g);
            cells(g, from, r, (int) rows, given, r - run.first());
        }
    }

    /**
     * Rows for a while. They don't lie a large power of two apart: where they do, all of a column has its place in the same few lines
     * of a cache.
     */
    static Dense room(long rows, long width) {
        long apart = width % EVEN == 0 ? width + GAP : width;
        Dense all = Dense.empty(Shape.of(rows, apart), DType.FLOAT32);
        return all.view(Shape.of(rows, width), all.strides(), all.storageOffset());
    }

    /** Whether inputs, or the rows of each step, can be read where they are. */
    static boolean lies(Dense x) {
        return x.dtype() == DType.FLOAT32
                && x.numel() > 0
                && x.stride(x.dim() - 1) == 1
                && x.stride(0) > 0
                && x.stride(x.dim() - 2) > 0;
    }

    /** Contiguous inputs as rows of all steps. */
    static Dense rows(Dense x) {
        long n = x.size(x.dim() - 1);
        return x.dim() == 2 ? x : x.view(Shape.of(x.size(0) * x.size(1), n), new long[] {n, 1}, x.storageOffset());
    }

    /** The inputs of some rows of one step. */
    private static Dense inputs(Dense x, long from, long rows) {
        if (x.dim() == 2) {
            return part(x, from, rows);
        }
        long batch = x.size(1);
        long at = x.storageOffset() + from / batch * x.stride(0) + from % batch * x.stride(1);
        return x.view(Shape.of(rows, x.size(2)), new long[] {x.stride(1), 1}, at);
    }

    /** The inputs of all rows of some steps, in memory row by row. */
    static Dense inputs(Dense x, Recurrent.Run run) {
        if (x.dim() == 2) {
            return part(x, run.first(), run.rows());
        }
        long batch = x.size(1);
        long at = x.storageOffset() + run.first() / batch * x.stride(0);
        return rows(Rows.floats(x.view(Shape.of(run.rows() / batch, batch, x.size(2)), x.strides(), at)));
    }

    static Dense part(Dense t, long from, long rows) {
        return t.view(Shape.of(rows, t.size(1)), t.strides(), t.storageOffset() + from * t.stride(0));
    }

    private static long at(Dense t, long row, long width) {
        return t.byteOffset() + 4 * row * width;
    }

    private static int apart(Dense t) {
        return Math.toIntExact(t.stride(0));
    }

    /** The cells of some sequences, from {@code b} on: their products, what the inputs give from a row on, and row {@code r} and the next ones. */
    private void cells(Dense g, long b, long r, int rows, Dense given, long row) {
        MemorySegment gs = g.segment();
        MemorySegment xs = given.segment();
        int gw = apart(g);
        int xw = apart(given);
        long xo = at(given, row, xw);
        MemorySegment ks = kept.segment();
        MemorySegment hs = h.segment();
        MemorySegment ys = y.segment();
        long one = 4L * n;
        long go = g.byteOffset();
        long ho = at(h, b, n);
        long yo = at(y, r, n);
        switch (attrs.mode()) {
            case LSTM -> {
                MemorySegment cs = c.segment();
                long co = at(c, b, n);
                long ko = at(kept, r, 5L * n);
                int[] steps = {gw, xw, 5 * n};
                gates(gs, go, xs, xo, ks, ko, steps, rows, 2 * n);
                gates(gs, go + 3 * one, xs, xo + 3 * one, ks, ko + 3 * one, steps, rows, n);
                RecurrentLoops.LSTM.run(
                        new MemorySegment[] {gs, xs, ks, ks, ks, cs, ks, ks, cs, ys, hs},
                        new long[] {
                            go + 2 * one,
                            xo + 2 * one,
                            ko,
                            ko + one,
                            ko + 3 * one,
                            co,
                            ko + 2 * one,
                            ko + 4 * one,
                            co,
                            yo,
                            ho
                        },
                        new int[] {gw, xw, 5 * n, n, 5 * n, n, n, n},
                        rows,
                        n);
            }
            case GRU -> {
                long ko = at(kept, r, 4L * n);
                gates(gs, go, xs, xo, ks, ko, new int[] {gw, xw, 4 * n}, rows, 2 * n);
                RecurrentLoops.GRU.run(
                        new MemorySegment[] {gs, xs, ks, ks, hs, ks, ks, ys, hs},
                        new long[] {go + 2 * one, xo + 2 * one, ko, ko + one, ho, ko + 2 * one, ko + 3 * one, yo, ho},
                        new int[] {gw, xw, 4 * n, n, 4 * n, n, n},
                        rows,
                        n);
            }
            case RNN_TANH, RNN_RELU -> {
                MemoryGridTiers cell =
                        attrs.mode() == Recurrent.Mode.RNN_TANH ? RecurrentLoops.TANH : RecurrentLoops.RELU;
                cell.run(
                        new MemorySegment[] {gs, xs, ys, hs},
                        new long[] {go, xo, yo, ho},
                        new int[] {gw, xw, n, n},
                        rows,
                        n);
            }
        }
    }

    private void gates(
            MemorySegment g,
            long go,
            MemorySegment x,
            long xo,
            MemorySegment k,
            long ko,
            int[] steps,
            int rows,
            int count) {
        RecurrentLoops.GATES.run(new MemorySegment[] {g, x, k}, new long[] {go, xo, ko}, steps, rows, count);
    }
}
