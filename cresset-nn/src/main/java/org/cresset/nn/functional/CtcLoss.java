package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.op.Custom;
import org.cresset.op.Precision;
import org.cresset.op.Saves;
import org.cresset.op.Spec;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The negative log-likelihood of label sequences under all their alignments with frames (Graves et al. 2006), by the forward
 * algorithm; its gradient by the backward algorithm. Everything is computed with logarithms in double precision.
 */
final class CtcLoss {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private CtcLoss() {}

    /** How many labels and frames each sequence has; arrays that nobody changes. */
    record Lengths(long[] labels, long[] frames, long blank) {
        private long mostPlaces() {
            return 2 * Arrays.stream(labels).max().orElse(0) + 1;
        }

        /** Of {@code times} as many sequences. */
        private Lengths repeated(long times) {
            return new Lengths(repeated(labels, times), repeated(frames, times), blank);
        }

        private static long[] repeated(long[] once, long times) {
            long[] all = new long[Math.toIntExact(once.length * times)];
            Arrays.setAll(all, i -> once[i % once.length]);
            return all;
        }
    }

    /** The labels of each sequence, and how many frames it has. */
    record Sequences(long[][] labels, long[] frames, long blank) {
        /** The labels of a sequence with blanks around each: even places are blanks. */
        private long at(int n, int place) {
            return (place & 1) == 0 ? blank : labels[n][place >> 1];
        }

        /** Whether a path may come to a place from two before, that is over a blank between different labels. */
        private boolean skips(int n, int place) {
            return place >= 2 && (place & 1) == 1 && labels[n][place >> 1] != labels[n][(place >> 1) - 1];
        }

        private int places(int n) {
            return 2 * labels[n].length + 1;
        }
    }

    static Tensor loss(
            Tensor logProbs,
            Tensor targets,
            long[] inputLengths,
            long[] targetLengths,
            long blank,
            Reduction reduction,
            boolean zeroInfinity) {
        String op = "ctc_loss";
        if (logProbs.dim() < 2 || logProbs.dim() > 3 || !logProbs.dtype().isFloat()) {
            throw CressetException.runtime(op + ": log-probabilities of " + logProbs.dtype() + logProbs.shape()
                    + "; expected floats (T, N, C) or (T, C)");
        }
        boolean batched = logProbs.dim() == 3;
        Tensor x = batched ? logProbs : logProbs.unsqueeze(1);
        Tensor labels = batched ? targets : targets.reshape(-1);
        Lengths s = lengths(op, x, labels, inputLengths, targetLengths, blank);
        Tensor losses = Forward.OP.all(s, x, labels)[0];
        if (zeroInfinity) {
            losses = Tensor.where(losses.detach().isposinf(), losses.zerosLike(), losses);
        }
        if (reduction == Reduction.MEAN) {
            Tensor lengths = Tensor.of(targetLengths).clamp(1, null);
            return losses.div(lengths.to(losses.dtype())).mean();
        }
        return reduction.apply(op, batched ? losses : losses.squeeze(0));
    }

    private static Lengths lengths(
            String op, Tensor x, Tensor targets, long[] inputLengths, long[] targetLengths, long blank) {
        int n = (int) x.size(1);
        long classes = x.size(2);
        if (blank < 0 || blank >= classes) {
            throw CressetException.runtime(
                    op + ": blank is " + blank + "; expected a class from 0 to " + (classes - 1));
        }
        if (inputLengths.length != n || targetLengths.length != n) {
            throw CressetException.runtime(op + ": " + inputLengths.length + " input lengths and "
                    + targetLengths.length + " target lengths for a batch of " + n);
        }
        if (targets.dtype().isDifferentiable() || targets.dim() < 1 || targets.dim() > 2) {
            throw CressetException.runtime(op + ": targets of " + targets.dtype() + targets.shape()
                    + "; expected integers (N, S) or all sequences one after the other");
        }
        boolean rows = targets.dim() == 2;
        long at = 0;
        for (int i = 0; i < n; i++) {
            long end = at + targetLengths[i];
            boolean fits =
                    targetLengths[i] >= 0 && (rows ? targetLengths[i] <= targets.size(1) : end <= targets.numel());
            if (!fits || inputLengths[i] < 0 || inputLengths[i] > x.size(0)) {
                throw CressetException.runtime(op + ": sequence " + i + " has " + targetLengths[i] + " labels and "
                        + inputLengths[i] + " frames; targets have shape " + targets.shape() + ", log-probabilities "
                        + x.shape());
            }
            at = end;
        }
        if (!rows && at != targets.numel()) {
            throw CressetException.runtime(
                    op + ": the target lengths add up to " + at + ", but there are " + targets.numel() + " labels");
        }
        return new Lengths(targetLengths.clone(), inputLengths.clone(), blank);
    }

    private static Sequences sequences(Object attrs, Dense targets, long classes) {
        Lengths lengths = (Lengths) attrs;
        boolean rows = targets.dim() == 2;
        long[] all = targets.toLongArray();
        long[][] labels = new long[lengths.labels.length][];
        long at = 0;
        for (int i = 0; i < labels.length; i++) {
            long start = rows ? i * targets.size(1) : at;
            at = start + lengths.labels[i];
            labels[i] = Arrays.copyOfRange(all, (int) start, (int) at);
            for (long label : labels[i]) {
                if (label < 0 || label >= classes) {
                    throw CressetException.runtime(
                            "ctc_loss: label " + label + " in sequence " + i + "; expected 0 to " + (classes - 1));
                }
            }
        }
        return new Sequences(labels, lengths.frames, lengths.blank);
    }

    /** Examples (B, N, ...), or one for all of them, as sequences (B N, ...); labels one after the other stay that. */
    private static Tensor joined(Tensor t, boolean mapped, long size) {
        if (mapped) {
            return t.flatten(0, 1);
        }
        long[] dims = new long[t.dim() + 1];
        dims[0] = size;
        System.arraycopy(t.shape().dims(), 0, dims, 1, t.dim());
        return t.expand(dims).flatten(0, 1);
    }

    /** As {@link #joined}, for (B, T, N, C) and (T, B N, C). */
    private static Tensor joinedFrames(Tensor t, boolean mapped, long size) {
        return joined(mapped ? t.transpose(1, 2) : t.transpose(0, 1), mapped, size)
                .transpose(0, 1);
    }

    private static double logAdd(double a, double b) {
        double high = Math.max(a, b);
        return high == NEVER ? NEVER : high + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    /** (T, N, C) and the labels to the losses (N) and the log-likelihoods (N, T, places) of all beginnings of paths. */
    private static final class Forward extends Custom {
        static final Forward OP = new Forward();

        private Forward() {
            super("ctc_loss", Saves.ALL);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Tensor x = in[0];
            Shape paths = Shape.of(x.size(1), x.size(0), ((Lengths) attrs).mostPlaces());
            return new Spec[] {new Spec(Shape.of(x.size(1)), x.dtype()), new Spec(paths, DType.FLOAT64)};
        }

        @Override
        public boolean differentiable(int output) {
            return output == 0;
        }

        /** The sequences of all examples are one batch. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Tensor x = joinedFrames(in[0], mapped[0], size);
            Tensor[] y = all(((Lengths) attrs).repeated(size), x, joined(in[1], mapped[1], size));
            long n = in[0].size(-2);
            return new Tensor[] {y[0].unflatten(0, size, n), y[1].unflatten(0, size, n)};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Frames x = new Frames(in[0]);
            Sequences s = sequences(attrs, in[1], x.classes);
            Dense alpha = out[1];
            Workers.parallelFor(x.sequences, 1, (from, to) -> {
                for (int n = (int) from; n < to; n++) {
                    out[0].write(n, -forward(s, x, n, alpha));
                }
            });
        }

        private static double forward(Sequences s, Frames x, int n, Dense alpha) {
            int places = s.places(n);
            int frames = (int) s.frames[n];
            if (frames == 0) {
                return places == 1 ? 0 : NEVER;
            }
            double[] before = new double[places];
            double[] now = new double[places];
            for (int t = 0; t < frames; t++) {
                for (int k = 0; k < places; k++) {
                    double sum;
                    if (t == 0) {
                        sum = k < 2 ? 0 : NEVER;
                    } else {
                        sum = k == 0 ? before[0] : logAdd(before[k], before[k - 1]);
                        sum = s.skips(n, k) ? logAdd(sum, before[k - 2]) : sum;
                    }
                    now[k] = sum + x.at(t, n, s.at(n, k));
                    alpha.write(((long) n * x.frames + t) * alpha.size(2) + k, now[k]);
                }
                double[] swap = before;
                before = now;
                now = swap;
            }
            return places == 1 ? before[0] : logAdd(before[places - 1], before[places - 2]);
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, Backward.OP.on(v.attrs(), v.grad(), v.input(0), v.output(0), v.output(1), v.input(1)));
        }
    }

    /**
     * Gradients of losses (N), log-probabilities, losses, beginnings of paths and labels to the gradient (T, N, C). As PyTorch's, it
     * takes the log-probabilities for results of log softmax and is that of the scores before: probabilities minus their
     * share of the paths. After log softmax's own derivative, which is a projection, nothing of that is to be seen.
     */
    private static final class Backward extends Custom {
        static final Backward OP = new Backward();

        private Backward() {
            super("ctc_loss_backward", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[1].shape(), in[1].dtype());
        }

        /** The sequences of all examples are one batch. */
        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Tensor[] all = new Tensor[in.length];
            for (int i = 0; i < in.length; i++) {
                all[i] = i == 1 ? joinedFrames(in[i], mapped[i], size) : joined(in[i], mapped[i], size);
            }
            Tensor y = on(((Lengths) attrs).repeated(size), all);
            return new Tensor[] {y.unflatten(1, size, in[1].size(-2)).transpose(0, 1)};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Frames x = new Frames(in[1]);
            Sequences s = sequences(attrs, in[4], x.classes);
            double[] grads = in[0].toDoubleArray();
            double[] losses = in[2].toDoubleArray();
            double[] alpha = in[3].toDoubleArray();
            int width = (int) in[3].size(2);
            Workers.parallelFor(x.sequences, 1, (from, to) -> {
                for (int n = (int) from; n < to; n++) {
                    backward(s, x, n, alpha, width, losses[n], grads[n], out[0]);
                }
            });
        }

        private static void backward(
                Sequences s, Frames x, int n, double[] alpha, int width, double loss, double grad, Dense out) {
            int places = s.places(n);
            int frames = (int) s.frames[n];
            double[] after = new double[places];
            double[] now = new double[places];
            double[] paths = new double[x.classes];
            for (int t = x.frames - 1; t >= 0; t--) {
                boolean counts = t < frames && grad != 0;
                Arrays.fill(paths, NEVER);
                for (int k = places - 1; counts && k >= 0; k--) {
                    double sum;
                    if (t == frames - 1) {
                        sum = k >= places - 2 ? 0 : NEVER;
                    } else {
                        sum = k == places - 1 ? after[k] : logAdd(after[k], after[k + 1]);
                        sum = k + 2 < places && s.skips(n, k + 2) ? logAdd(sum, after[k + 2]) : sum;
                    }
                    int c = (int) s.at(n, k);
                    paths[c] = logAdd(paths[c], sum + alpha[(n * x.frames + t) * width + k]);
                    now[k] = sum + x.at(t, n, c);
                }
                for (int c = 0; c < x.classes; c++) {
                    long at = ((long) t * x.sequences + n) * x.classes + c;
                    out.write(at, counts ? grad * (Math.exp(x.at(t, n, c)) - Math.exp(paths[c] + loss)) : 0);
                }
                double[] swap = after;
                after = now;
                now = swap;
            }
        }

        @Override
        protected void vjp(Vjp v) {
            throw CressetException.unsupported("ctc_loss: has no second derivative");
        }
    }

    /** Log-probabilities by frame, sequence and class. */
    private static final class Frames {
        private final double[] values;
        private final int frames;
        private final int sequences;
        private final int classes;

        Frames(Dense x) {
            values = x.toDoubleArray();
            frames = (int) x.size(0);
            sequences = (int) x.size(1);
            classes = (int) x.size(2);
        }

        double at(int frame, int sequence, long label) {
            return values[(frame * sequences + sequence) * classes + (int) label];
        }
    }
}
