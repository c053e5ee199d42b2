package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Minus the log-probabilities of classes, as {@code nll_loss}: one element of each line, for which a composition takes a dozen
 * operations. Inputs: log-probabilities, their target without the dimension of classes, and the weights of classes or null.
 */
public final class NegativeLogs extends Fused {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final NegativeLogs OP = new NegativeLogs();

    /** What becomes of the losses. */
    public enum Result {
        /** One for each target. */
        EACH,
        SUM,
        /** Divided by the weight of all targets that count. */
        MEAN
    }

    /** For which function, where the classes are, and the target that doesn't count. */
    private record Attrs(String op, int dim, long ignored, Result result) {}

    private NegativeLogs() {
        super("nll_loss", Saves.INPUTS);
    }

    /**
     * The losses of targets, 0 where ignored.
     *
     * @param logs of any shape, with classes along {@code dim}
     * @param target classes, integers
     * @param weight of the classes, in the dtype of {@code logs}, or null
     * @throws CressetException (index) for classes that don't exist, if {@link #checks}
     */
    public static Tensor of(
            String op, Tensor logs, Tensor target, @Nullable Tensor weight, int dim, long ignored, Result result) {
        Attrs a = new Attrs(op, dim, ignored, result);
        return checks(logs, weight) ? OP.on(a, logs, target, weight) : composed(a, logs, target, weight);
    }

    /** Whether there is a kernel, which looks at the targets before it uses them. */
    public static boolean checks(Tensor logs, @Nullable Tensor weight) {
        boolean kernel = logs.dtype() == DType.FLOAT32 || logs.dtype() == DType.FLOAT64;
        return kernel && (weight == null || weight.dtype() == logs.dtype());
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
        if (a.result == Result.EACH) {
            p.losses(in[0], out[0]);
            return;
        }
        Dense losses = Dense.empty(target.shape(), in[0].dtype());
        p.losses(in[0], losses);
        double sum = sum(losses);
        Convert.writeDouble(
                out[0].dtype(), out[0].segment(), out[0].byteOffset(), a.result == Result.SUM ? sum : sum / p.total());
    }

    /** Of contiguous elements, one after the other. */
    private static double sum(Dense x) {
        int n = Math.toIntExact(x.numel());
        MemorySegment m =
                Window.of(x.segment(), x.byteOffset(), (long) n << x.dtype().shift());
        double sum = 0;
        if (x.dtype() == DType.FLOAT32) {
            for (int i = 0; i < n; i++) {
                sum += m.get(F, 4L * i);
            }
        } else {
            for (int i = 0; i < n; i++) {
                sum += m.get(D, 8L * i);
            }
        }
        return sum;
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
        private final long classes;

        Picks(Attrs attrs, Dense target, @Nullable Dense weight, long classes) {
            this.attrs = attrs;
            this.shape = target;
            this.target = Rows.convert(target, DType.INT64).toLongArray();
            this.weight = weight == null ? null : weight.toDoubleArray();
            this.classes = classes;
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

        /**
         * Where in {@code x}, which has classes, each target's element is, in bytes; -1 for those that don't count. Throws
         * where there is no such class.
         */
        private long[] places(Dense x) {
            long[] strides = new long[x.dim() - 1];
            for (int d = 0, j = 0; d < x.dim(); d++) {
                if (d != attrs.dim) {
                    strides[j++] = x.stride(d);
                }
            }
            Dense order = Dense.empty(shape.shape(), DType.BOOL);
            Geometry g = Geometry.of(shape.shape(), order, x.view(shape.shape(), strides, x.storageOffset()));
            long[] places = new long[target.length];
            long step = x.stride(attrs.dim) << x.dtype().shift();
            int run = Math.toIntExact(g.inner());
            for (int i = 0; i < places.length; i += run) {
                places(i, i + run, g.offset(1, i), g.innerStep(1), step, places);
            }
            return places;
        }

        private void places(int from, int to, long first, long next, long step, long[] places) {
            for (int i = from; i < to; i++) {
                long k = target[i];
                if (k >= 0 && k < classes) {
                    places[i] = k == attrs.ignored ? -1 : first + (i - from) * next + k * step;
                } else if (k == attrs.ignored) {
                    places[i] = -1;
                } else {
                    throw CressetException.index(attrs.op + ": target " + k
                            + " is out of bounds; expected classes from 0 to " + (classes - 1));
                }
            }
        }

        void losses(Dense logs, Dense losses) {
            long[] places = places(logs);
            Workers.parallelFor(places.length, Rows.GRAIN, (from, to) -> {
                if (logs.dtype() == DType.FLOAT32) {
                    floats(logs, places, (int) from, (int) to, losses);
                } else {
                    doubles(logs, places, (int) from, (int) to, losses);
                }
            });
        }

        private void floats(Dense logs, long[] places, int from, int to, Dense losses) {
            MemorySegment x = Window.of(logs.segment(), 0, logs.segment().byteSize());
            MemorySegment y = Window.of(losses.segment(), losses.byteOffset(), 4 * losses.numel());
            for (int i = from; i < to; i++) {
                y.set(F, 4L * i, places[i] < 0 ? 0 : (float) (-x.get(F, places[i]) * weight(target[i])));
            }
        }

        private void doubles(Dense logs, long[] places, int from, int to, Dense losses) {
            MemorySegment x = Window.of(logs.segment(), 0, logs.segment().byteSize());
            MemorySegment y = Window.of(losses.segment(), losses.byteOffset(), 8 * losses.numel());
            for (int i = from; i < to; i++) {
                y.set(D, 8L * i, places[i] < 0 ? 0 : -x.get(D, places[i]) * weight(target[i]));
            }
        }

        void write(Dense g, Dense to) {
            DType t = to.dtype();
            long[] places = places(to);
            double[] each = attrs.result == Result.EACH ? g.toDoubleArray() : null;
            double all = each != null ? 0 : attrs.result == Result.SUM ? g.item() : g.item() / total();
            Workers.parallelFor(places.length, Rows.GRAIN, (from, end) -> {
                for (int i = (int) from; i < end; i++) {
                    if (places[i] >= 0) {
                        double factor = each == null ? all : each[i];
                        Convert.writeDouble(t, to.segment(), places[i], -factor * weight(target[i]));
                    }
                }
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
            Moves.zero(y.segment(), 0, y.numel() << y.dtype().shift());
            new Picks(a.forward, in[1], in[2], a.shape.size(a.forward.dim)).write(in[0], y);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("nll_loss_backward: only for first-order backward");
        }
    }
}
