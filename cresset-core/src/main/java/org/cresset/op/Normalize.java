package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Rows brought to mean 0 and variance 1, then scaled and shifted element by element: layer normalization (Ba et al. 2016).
 * Inputs: x (..., n), weight (n) or null, bias (n) or null.
 */
public final class Normalize {
    private Normalize() {}

    /** What is added to the variance. */
    public record Epsilon(double eps) {}

    /** As {@code torch.layer_norm} over the last dimension. */
    public static Tensor rows(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Forward.OP.on(new Epsilon(eps), new Tensor[] {x, weight, bias});
    }

    private static Tensor[] compose(double eps, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
        long[] last = {-1};
        Tensor d = x.sub(x.mean(last, true));
        Tensor y = d.mul(d.square().mean(last, true).add(eps).rsqrt());
        y = weight == null ? y : y.mul(weight);
        return new Tensor[] {bias == null ? y : y.add(bias)};
    }

    /** The function. */
    static final class Forward extends Fused {
        static final Forward OP = new Forward();

        private Forward() {
            super("layer_norm", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            return compose(((Epsilon) attrs).eps, in[0], in[1], in[2]);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            double eps = ((Epsilon) attrs).eps;
            if (out[0].numel() == 0) {
                return;
            }
            if (in[0].dtype() == DType.FLOAT64 || in[0].dtype().isComplex()) {
                Tensor y = compose(
                        eps,
                        in[0].detach(),
                        in[1] == null ? null : in[1].detach(),
                        in[2] == null ? null : in[2].detach())[0];
                Pointwise.copy((Dense) y, out[0]);
                return;
            }
            Dense x = Rows.floats(in[0]);
            Dense w = in[1] == null ? null : Rows.floats(in[1]);
            Dense b = in[2] == null ? null : Rows.floats(in[2]);
            Dense y = out[0].dtype() == DType.FLOAT32 ? out[0] : Dense.empty(out[0].shape(), DType.FLOAT32);
            long n = x.size(-1);
            Workers.parallelFor(x.numel() / n, Rows.grain(2 * n), (from, to) -> {
                NormalizedRows rows = new NormalizedRows(x, eps);
                Runnable forward = rows.forward(w, b, y);
                for (long next = from; next < to; ) {
                    next = rows.take(next, to);
                    forward.run();
                }
            });
            Rows.keep(x, w, b);
            if (y != out[0]) {
                Pointwise.copy(y, out[0]);
            }
        }

        @Override
        protected void vjp(Vjp v) {
            if (!plainBackward()
                    || v.input(0).dtype() != DType.FLOAT32
                    || v.input(0).numel() == 0) {
                super.vjp(v);
                return;
            }
            Tensor w = v.hasInput(1) ? v.input(1) : null;
            Tensor[] g = Backward.OP.all(v.attrs(), v.grad(), v.input(0), w);
            v.set(0, g[0]);
            v.set(1, g[1]);
            v.set(2, g[2]);
        }
    }

    /** Gradients of x, weight and bias from that of the result, x and weight, in one pass over the rows. */
    static final class Backward extends Composite {
        static final Backward OP = new Backward();
        private static final int PARTS = 16;

        private Backward() {
            super("layer_norm_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Spec w = new Spec(Shape.of(in[1].size(-1)), in[1].dtype());
            return new Spec[] {new Spec(in[1].shape(), in[1].dtype()), w, w};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            double eps = ((Epsilon) attrs).eps;
            Dense g = Rows.floats(in[0]);
            Dense x = Rows.floats(in[1]);
            Dense w = in[2] == null ? null : Rows.floats(in[2]);
            long n = x.size(-1);
            long rows = x.numel() / n;
            int parts = (int) Math.clamp(x.numel() / Rows.GRAIN, 1, Math.min(PARTS, rows));
            Dense sums = Dense.empty(Shape.of(parts, 2, n), DType.FLOAT32);
            sums.segment().asSlice(0, sums.numel() * 4).fill((byte) 0);
            // A number of parts that depends on the shape only, so that the sums don't on the threads.
            Workers.parallelFor(parts, 1, (from, to) -> {
                NormalizedRows some = new NormalizedRows(x, eps);
                for (long p = from; p < to; p++) {
                    Runnable backward = some.backward(g, w, out[0], sums, 2 * p * n);
                    long end = rows * (p + 1) / parts;
                    for (long next = rows * p / parts; next < end; ) {
                        next = some.take(next, end);
                        backward.run();
                    }
                }
            });
            Rows.keep(g, x, w);
            Pointwise.copy((Dense) sums.detach().select(1, 0).sum(0), out[1]);
            Pointwise.copy((Dense) sums.detach().select(1, 1).sum(0), out[2]);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("layer_norm_backward: only for first-order backward");
        }
    }
}
