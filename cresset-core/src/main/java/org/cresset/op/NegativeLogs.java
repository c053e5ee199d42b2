package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Minus the log-probabilities of classes, as {@code nll_loss}: one element of each line, for which a composition takes a dozen
 * operations. Inputs: log-probabilities, their target without the dimension of classes, and the weights of classes or null.
 */
public final class NegativeLogs extends Fused {
    private static final NegativeLogs OP = new NegativeLogs();

    /** What becomes of the losses. */
    public enum Result {
        /** One for each target. */
        EACH,
        SUM,
        /** Divided by the weight of all targets that count. */
        MEAN
    }

    /** Where the classes are, and the target that doesn't count. */
    private record Attrs(int dim, long ignored, Result result) {}

    private NegativeLogs() {
        super("nll_loss", Saves.INPUTS);
    }

    /**
     * The losses of targets, 0 where ignored.
     *
     * @param logs of any shape, with classes along {@code dim}
     * @param target classes, integers
     * @param weight of the classes, in the dtype of {@code logs}, or null
     */
    public static Tensor of(Tensor logs, Tensor target, @Nullable Tensor weight, int dim, long ignored, Result result) {
        Attrs a = new Attrs(dim, ignored, result);
        boolean kernel = logs.dtype() == DType.FLOAT32 || logs.dtype() == DType.FLOAT64;
        return kernel && (weight == null || weight.dtype() == logs.dtype())
                ? OP.on(a, logs, target, weight)
                : composed(a, logs, target, weight);
    }

    private static Tensor composed(Attrs a, Tensor logs, Tensor target, @Nullable Tensor weight) {
        Tensor valid = target.ne(a.ignored);
        Tensor safe = target.where(valid, Tensor.number(0).to(target.dtype()));
        Tensor losses = logs.gather(a.dim, safe.unsqueeze(a.dim)).squeeze(a.dim).neg();
        Tensor weights = weight == null ? null : weights(target, weight, a.ignored);
        losses = (weights == null ? losses : losses.mul(weights))
                .where(valid, Tensor.zeros(Shape.SCALAR, losses.dtype()));
        return switch (a.result) {
            case EACH -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.sum().div(weights == null ? valid.sum() : weights.sum());
        };
    }

    /** The weights of targets, 0 where ignored. */
    public static Tensor weights(Tensor target, Tensor weight, long ignored) {
        Tensor valid = target.ne(ignored);
        Tensor safe = target.where(valid, Tensor.number(0).to(target.dtype()));
        Tensor w =
                weight.indexSelect(0, safe.reshape(-1)).reshape(target.shape().toArray());
        return w.mul(valid.to(weight.dtype()));
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.INHERITED;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(((Attrs) attrs).result == Result.EACH ? in[1].shape() : Shape.SCALAR, in[0].dtype());
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        return new Tensor[] {composed((Attrs) attrs, in[0], in[1], in[2])};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs a = (Attrs) attrs;
        Dense target = in[1];
        Picks p = new Picks(a, target, in[2], in[0].size(a.dim));
        Dense losses = a.result == Result.EACH ? out[0] : Dense.empty(target.shape(), in[0].dtype());
        p.read(in[0], losses);
        if (a.result != Result.EACH) {
            double sum = 0;
            for (double x : losses.toDoubleArray()) {
                sum += x;
            }
            Convert.writeDouble(
                    out[0].dtype(),
                    out[0].segment(),
                    out[0].byteOffset(),
                    a.result == Result.SUM ? sum : sum / p.total());
        }
    }

    @Override
    protected void vjp(Vjp v) {
        if (!plainBackward() || v.needs(2)) {
            super.vjp(v);
        } else {
            Attrs a = (Attrs) v.attrs();
            v.set(0, Back.OP.on(new Back.Attrs(a, v.inputShape(0)), v.grad(), v.input(1), v.savedInputs()[2]));
        }
    }

    /** Targets with their weights. */
    private static final class Picks {
        private final Attrs attrs;
        private final Dense shape;
        private final long[] target;
        private final double @Nullable [] weight;

        Picks(Attrs attrs, Dense target, @Nullable Dense weight, long classes) {
            this.attrs = attrs;
            this.shape = target;
            this.target = Rows.convert(target, DType.INT64).toLongArray();
            this.weight = weight == null ? null : weight.toDoubleArray();
            for (long k : this.target) {
                if (k != attrs.ignored && (k < 0 || k >= classes)) {
                    throw CressetException.index(
                            "nll_loss: target " + k + " is out of bounds; expected classes from 0 to " + (classes - 1));
                }
            }
        }

        private double weight(long k) {
            return k == attrs.ignored ? 0 : weight == null ? 1 : weight[(int) k];
        }

        double total() {
            double sum = 0;
            for (long k : target) {
                sum += weight(k);
            }
            return sum;
        }

        private interface Each {
            /** What is done with target {@code i} of class k at a byte offset. */
            void at(int i, long k, long offset);
        }

        /** All targets that count, with where their elements are in {@code x}, which has classes. */
        private void each(Dense x, Dense order, Each each) {
            long[] strides = new long[x.dim() - 1];
            for (int d = 0, j = 0; d < x.dim(); d++) {
                if (d != attrs.dim) {
                    strides[j++] = x.stride(d);
                }
            }
            Geometry g = Geometry.of(shape.shape(), order, x.view(shape.shape(), strides, x.storageOffset()));
            long step = x.stride(attrs.dim) << x.dtype().shift();
            Workers.parallelFor(target.length, Rows.GRAIN, (from, to) -> {
                for (int i = (int) from; i < to; i++) {
                    if (target[i] != attrs.ignored) {
                        each.at(i, target[i], g.offset(1, i) + target[i] * step);
                    }
                }
            });
        }

        void read(Dense logs, Dense losses) {
            DType t = logs.dtype();
            losses.segment()
                    .asSlice(losses.byteOffset(), losses.numel() << t.shift())
                    .fill((byte) 0);
            each(logs, losses, (i, k, o) -> {
                double x = -Convert.readDouble(t, logs.segment(), o);
                Convert.writeDouble(t, losses.segment(), losses.byteOffset() + ((long) i << t.shift()), x * weight(k));
            });
        }

        void write(Dense g, Dense to) {
            DType t = to.dtype();
            double[] each = attrs.result == Result.EACH ? g.toDoubleArray() : null;
            double all = each != null ? 0 : attrs.result == Result.SUM ? g.item() : g.item() / total();
            Dense order = Dense.empty(shape.shape(), DType.BOOL);
            each(to, order, (i, k, o) -> {
                double factor = each == null ? all : each[i];
                Convert.writeDouble(t, to.segment(), o, -factor * weight(k));
            });
        }
    }

    /** The gradient of the log-probabilities. Inputs: that of the losses, targets and weights. */
    private static final class Back extends Composite {
        static final Back OP = new Back();

        private record Attrs(NegativeLogs.Attrs forward, Shape shape) {}

        private Back() {
            super("nll_loss_backward", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(((Attrs) attrs).shape, in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            Dense y = out[0];
            y.segment().asSlice(0, y.numel() << y.dtype().shift()).fill((byte) 0);
            new Picks(a.forward, in[1], in[2], a.shape.size(a.forward.dim)).write(in[0], y);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("nll_loss_backward: only for first-order backward");
        }
    }
}
