package org.cresset.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a recurrent net in one direction. What the inputs give to the gates is one product for a run of steps, and so are
 * the gradients of both weights; a step by itself costs one product of matrices forward and one backward. Steps lie one after the other
 * in the rows of the input; they may get shorter, as packed sequences do.
 */
public final class Recurrent {
    /** Rows that products are made of for several steps: what they read and write stays in the processor's own cache. */
    private static final long RUN = 128;

    private Recurrent() {}

    /** The kinds of cell. */
    public enum Mode {
        /** Hochreiter and Schmidhuber 1997; gates i, f, g, o. */
        LSTM(4),
        /** Cho et al. 2014; gates r, z, n. */
        GRU(3),
        /** {@code tanh(x + h)}. */
        RNN_TANH(1),
        /** {@code relu(x + h)}. */
        RNN_RELU(1);

        /** How many gates a cell has. */
        public final int gates;

        Mode(int gates) {
            this.gates = gates;
        }

        /** What is kept of each cell for backward, in multiples of the hidden size. */
        int kept() {
            return this == LSTM ? 5 : this == GRU ? 4 : 0;
        }
    }

    /**
     * What is computed.
     *
     * @param sizes the number of rows of each step, none larger than the one before
     * @param reverse whether the last step comes first
     */
    public record Attrs(Mode mode, long[] sizes, boolean reverse) {
        int steps() {
            return sizes.length;
        }

        /** Rows of all steps. */
        long rows() {
            return LongStream.of(sizes).sum();
        }

        /** Where each step's rows begin, and the number of all. */
        long[] offsets() {
            long[] at = new long[sizes.length + 1];
            for (int t = 0; t < sizes.length; t++) {
                at[t + 1] = at[t] + sizes[t];
            }
            return at;
        }

        /** All steps in runs of some hundred rows, in the order in which they are computed. */
        List<Run> runs() {
            long[] at = offsets();
            List<Run> runs = new ArrayList<>();
            for (int begin = 0, end = 0; begin < sizes.length; begin = end) {
                long rows = 0;
                while (end < sizes.length && rows < RUN) {
                    rows += sizes[step(end++)];
                }
                runs.add(new Run(begin, end, at[Math.min(step(begin), step(end - 1))], rows));
            }
            return runs;
        }

        /** The sequences from {@code from} to {@code to} by themselves; some have no row in the last steps. */
        Attrs part(long from, long to) {
            return new Attrs(
                    mode,
                    LongStream.of(sizes)
                            .map(s -> Math.clamp(s - from, 0, to - from))
                            .toArray(),
                    reverse);
        }

        /** The step that is the k-th to be computed. */
        int step(int k) {
            return reverse ? sizes.length - 1 - k : k;
        }
    }

    /** The steps from the begin-th to that before the end-th that are computed; their rows lie side by side, from the first on. */
    record Run(int begin, int end, long first, long rows) {}

    /**
     * Runs the layer.
     *
     * @param x (rows of all steps, input): the inputs, or (steps, batch, input) where all steps have as many rows; without {@code weightIh} what they give to each gate, (rows, gates x hidden)
     * @param weightIh (gates x hidden, input) or null: from input to gates
     * @param biasIh (gates x hidden) or null
     * @param h (batch, hidden or projected): the first hidden state
     * @param c (batch, hidden): the first cell state, for an LSTM
     * @param weightHh (gates x hidden, hidden or projected): from hidden state to gates
     * @param biasHh (gates x hidden) or null
     * @param projection (projected, hidden) or null: from what the cell gives to the hidden state
     * @return the hidden states of all steps (rows of all steps, hidden), the last hidden and, for an LSTM, the last cell state
     */
    public static Tensor[] layer(
            Attrs attrs,
            Tensor x,
            @Nullable Tensor weightIh,
            @Nullable Tensor biasIh,
            Tensor h,
            @Nullable Tensor c,
            Tensor weightHh,
            @Nullable Tensor biasHh,
            @Nullable Tensor projection) {
        long gates = weightHh.size(0);
        check(h, weightHh, biasHh, gates);
        if (weightIh != null) {
            check(x, weightIh, biasIh, gates);
        }
        boolean fits = x.dim() == 2
                ? x.size(0) == attrs.rows()
                : x.dim() == 3
                        && weightIh != null
                        && x.size(0) == attrs.steps()
                        && LongStream.of(attrs.sizes).allMatch(n -> n == x.size(1));
        if (!fits) {
            throw CressetException.runtime("rnn_layer: inputs of shape " + x.shape() + " for " + attrs.steps()
                    + " steps with " + attrs.rows() + " rows in all; expected (rows, size), or (steps, batch, size)"
                    + " where all steps have as many rows");
        }
        Tensor[] in = {x, weightIh, biasIh, h, c, weightHh, biasHh, projection};
        // A projection is another product at each step, for which there is no kernel of its own.
        Tensor[] out = projection != null ? compose(attrs, in) : Forward.OP.all(attrs, in);
        return Arrays.copyOf(out, attrs.mode == Mode.LSTM ? 3 : 2);
    }

    /** Kernels read memory by these sizes, so they are looked at here. */
    private static void check(Tensor rows, Tensor weight, @Nullable Tensor bias, long gates) {
        if (rows.dim() < 2
                || weight.dtype() != rows.dtype()
                || !weight.shape().equals(Shape.of(gates, rows.size(-1)))
                || bias != null
                        && (bias.dtype() != rows.dtype() || !bias.shape().equals(Shape.of(gates)))) {
            throw CressetException.runtime("rnn_layer: " + rows.dtype() + rows.shape() + " with a weight of "
                    + weight.dtype() + weight.shape()
                    + (bias == null ? "" : " and a bias of " + bias.dtype() + bias.shape())
                    + "; expected rows (N, size), a weight (" + gates + ", size) and a bias (" + gates
                    + ") of one dtype");
        }
    }

    /** Outputs: states, last hidden state, [last cell state,] then what backward reads of each step: gates, and the cell state before. */
    private static Tensor[] compose(Attrs a, @Nullable Tensor[] in) {
        Tensor gates = in[1] == null ? in[0] : Matmul.linear(in[0].flatten(0, -2), in[1], in[2]);
        Tensor h = in[3];
        Tensor c = in[4];
        long[] at = a.offsets();
        Tensor[] states = new Tensor[a.steps()];
        Tensor[] kept = new Tensor[a.steps()];
        for (int k = 0; k < a.steps(); k++) {
            int t = a.step(k);
            Tensor x = gates.narrow(0, at[t], a.sizes[t]);
            Tensor before = top(h, a.sizes[t]);
            Tensor[] cell =
                    switch (a.mode) {
                        case LSTM -> lstm(x, before, top(c, a.sizes[t]), in[5], in[6], in[7]);
                        case GRU -> gru(x, before, in[5], in[6]);
                        case RNN_TANH ->
                            new Tensor[] {
                                x.add(Matmul.linear(before, in[5], in[6])).tanh()
                            };
                        case RNN_RELU ->
                            new Tensor[] {
                                x.add(Matmul.linear(before, in[5], in[6])).relu()
                            };
                    };
            states[t] = cell[0];
            h = below(cell[0], h);
            if (a.mode.kept() > 0) {
                kept[t] = a.mode == Mode.LSTM ? Tensor.cat(1, cell[1], top(c, a.sizes[t])) : cell[1];
            }
            if (a.mode == Mode.LSTM) {
                c = below(cell[2], c);
            }
        }
        Tensor y = Tensor.cat(0, states);
        return switch (a.mode) {
            case LSTM -> new Tensor[] {y, h, c, Tensor.cat(0, kept)};
            case GRU -> new Tensor[] {y, h, Tensor.cat(0, kept)};
            default -> new Tensor[] {y, h};
        };
    }

    private static Tensor top(Tensor t, long rows) {
        return t.size(0) == rows ? t : t.narrow(0, 0, rows);
    }

    /** The new rows, and below them the old ones of sequences that are not there at this step. */
    private static Tensor below(Tensor made, Tensor old) {
        long b = made.size(0);
        return b == old.size(0) ? made : Tensor.cat(0, made, old.narrow(0, b, old.size(0) - b));
    }

    /** Hidden state, gates i f g o, cell state of one step. */
    private static Tensor[] lstm(
            Tensor x, Tensor h, Tensor c, Tensor weight, @Nullable Tensor bias, @Nullable Tensor projection) {
        Tensor[] g = x.add(Matmul.linear(h, weight, bias)).chunk(4, 1);
        Tensor i = g[0].sigmoid();
        Tensor f = g[1].sigmoid();
        Tensor n = g[2].tanh();
        Tensor o = g[3].sigmoid();
        Tensor cell = f.mul(c).add(i.mul(n));
        Tensor y = o.mul(cell.tanh());
        Tensor state = projection == null ? y : Matmul.linear(y, projection, null);
        return new Tensor[] {state, Tensor.cat(1, i, f, n, o), cell};
    }

    /** Hidden state and gates r z n with the hidden part of n, of one step. */
    private static Tensor[] gru(Tensor x, Tensor h, Tensor weight, @Nullable Tensor bias) {
        Tensor[] gx = x.chunk(3, 1);
        Tensor[] gh = Matmul.linear(h, weight, bias).chunk(3, 1);
        Tensor r = gx[0].add(gh[0]).sigmoid();
        Tensor z = gx[1].add(gh[1]).sigmoid();
        Tensor n = gx[2].add(r.mul(gh[2])).tanh();
        return new Tensor[] {n.add(z.mul(h.sub(n))), Tensor.cat(1, r, z, n, gh[2])};
    }

    /** The layer. Inputs: those of {@link Recurrent#layer}. */
    static final class Forward extends Fused {
        static final Forward OP = new Forward();

        private Forward() {
            super("rnn_layer", Saves.ALL);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Attrs a = (Attrs) attrs;
            long rows = a.rows();
            long n = in[3].size(1);
            DType t = in[0].dtype();
            Spec y = new Spec(Shape.of(rows, n), t);
            Spec state = new Spec(in[3].shape(), t);
            Spec kept = new Spec(Shape.of(rows, n * a.mode.kept()), t);
            return switch (a.mode) {
                case LSTM -> new Spec[] {y, state, state, kept};
                case GRU -> new Spec[] {y, state, kept};
                default -> new Spec[] {y, state};
            };
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            return compose((Attrs) attrs, in);
        }

        @Override
        public boolean differentiable(int output) {
            return true;
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (in[0].dtype() == DType.FLOAT32 && out[0].numel() > 0) {
                new RecurrentKernel((Attrs) attrs, in, out).forward();
                return;
            }
            Tensor[] detached = new Tensor[in.length];
            for (int i = 0; i < in.length; i++) {
                detached[i] = in[i] == null ? null : in[i].detach();
            }
            Tensor[] made = compose((Attrs) attrs, detached);
            for (int i = 0; i < out.length; i++) {
                Pointwise.copy((Dense) made[i], out[i]);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            int states = a.mode == Mode.LSTM ? 3 : 2;
            boolean plain = plainBackward()
                    && v.input(0).dtype() == DType.FLOAT32
                    && v.output(0).numel() > 0;
            for (int i = states; i < v.outputs(); i++) {
                plain &= !v.hasGrad(i);
            }
            if (!plain) {
                super.vjp(v);
                return;
            }
            Tensor wih = v.hasInput(1) ? v.input(1) : null;
            Tensor[] in = {
                v.hasGrad(0) ? v.grad(0) : null,
                v.hasGrad(1) ? v.grad(1) : null,
                states == 3 && v.hasGrad(2) ? v.grad(2) : null,
                v.input(3),
                v.input(5),
                v.output(0),
                states < v.outputs() ? v.output(states) : null,
                v.needs(6) ? v.input(6) : null,
                v.needs(1) ? v.input(0) : null,
                v.needs(2) ? v.input(2) : null,
                v.needs(0) ? v.input(0) : null
            };
            Tensor[] g = Backward.OP.all(a, in);
            if (v.needs(0)) {
                Tensor x = v.input(0);
                v.set(0, wih == null ? g[0] : g[0].matmul(wih).reshape(x.shape().toArray()));
            }
            if (v.needs(1)) {
                v.set(1, g[5]);
            }
            if (v.needs(2)) {
                v.set(2, g[6]);
            }
            v.set(3, g[1]);
            v.set(4, states == 3 ? g[2] : null);
            v.set(5, g[3]);
            if (v.needs(6)) {
                v.set(6, g[4]);
            }
        }
    }

    /**
     * Gradients of gates, h, c, hidden weight and bias, input weight and bias. Inputs: gradients of the states and of the last ones
     * (each or null), h, hidden weight, states, what the forward pass kept, and the hidden bias, the input and its bias, each
     * null where it serves no gradient, and the input, null if nobody wants the gradients of the gates.
     */
    static final class Backward extends Composite {
        static final Backward OP = new Backward();

        private Backward() {
            super("rnn_layer_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Tensor weight = in[4];
            DType t = weight.dtype();
            long rows = in[5].size(0);
            Spec state = new Spec(in[3].shape(), t);
            return new Spec[] {
                new Spec(in[10] == null ? Shape.of(0) : Shape.of(rows, weight.size(0)), t),
                state,
                state,
                new Spec(weight.shape(), t),
                new Spec(Shape.of(in[7] == null ? 0 : weight.size(0)), t),
                new Spec(in[8] == null ? Shape.of(0) : Shape.of(weight.size(0), in[8].size(-1)), t),
                new Spec(Shape.of(in[9] == null ? 0 : weight.size(0)), t)
            };
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            new RecurrentGradKernel((Attrs) attrs, in, out).run();
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("rnn_layer_backward: only for first-order backward");
        }
    }
}
