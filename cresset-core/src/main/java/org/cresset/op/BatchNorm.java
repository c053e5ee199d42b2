package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Channels of (N, C, ...) brought to mean 0 and variance 1 by their own statistics, then scaled and shifted (Ioffe and Szegedy
 * 2015). Works on contiguous and on channels-last memory, and gives what it gets.
 */
public final class BatchNorm {
    private BatchNorm() {}

    /** What is added to the variance. */
    public record Epsilon(double eps) {}

    /** The result, and mean and (biased) variance of each channel. Weight and bias (C) or null. */
    public static Tensor[] byBatch(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Forward.OP.all(new Epsilon(eps), x, weight, bias);
    }

    /** {@code x scale + shift}, both (C). */
    public static Tensor affine(Tensor x, Tensor scale, Tensor shift) {
        return Affine.OP.on(None.NONE, new Tensor[] {x, scale, shift});
    }

    private static long[] column(Tensor x) {
        long[] column = new long[x.dim() - 1];
        Arrays.fill(column, 1);
        column[0] = -1;
        return column;
    }

    private static Tensor[] compose(double eps, Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
        long[] dims = new long[x.dim() - 1];
        for (int d = 1; d < dims.length; d++) {
            dims[d] = d + 1;
        }
        Tensor mean = x.mean(dims, false);
        Tensor d = x.sub(mean.reshape(column(x)));
        Tensor var = d.square().mean(dims, false);
        Tensor scale = var.add(eps).rsqrt();
        scale = weight == null ? scale : scale.mul(weight);
        Tensor y = d.mul(scale.reshape(column(x)));
        y = bias == null ? y : y.add(bias.reshape(column(x)));
        return new Tensor[] {y.to(x.dtype()), mean, var};
    }

    /** Memory like the input's, where that has no gaps. */
    private static Dense like(Tensor x, Device device) {
        return x instanceof Dense d && d.isDense()
                ? Dense.emptyLike(d, d.dtype(), device)
                : Dense.empty(x.shape(), x.dtype(), device);
    }

    private static void copyAll(Tensor[] made, Dense[] out) {
        for (int i = 0; i < out.length; i++) {
            Pointwise.copy((Dense) made[i], out[i]);
        }
    }

    private static @Nullable Tensor detached(@Nullable Dense t) {
        return t == null ? null : t.detach();
    }

    /** By the statistics of the batch. */
    static final class Forward extends Fused {
        static final Forward OP = new Forward();

        private Forward() {
            super("batch_norm", Saves.ALL);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Spec c = new Spec(Shape.of(in[0].size(1)), in[0].dtype());
            return new Spec[] {new Spec(in[0].shape(), in[0].dtype()), c, c};
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            Dense[] out = super.allocate(attrs, in, new Spec[] {specs[1], specs[2]}, device);
            return new Dense[] {like(in[0], device), out[0], out[1]};
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            return compose(((Epsilon) attrs).eps, in[0], in[1], in[2]);
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            double eps = ((Epsilon) attrs).eps;
            if (in[0].dtype() != DType.FLOAT32 || in[0].numel() == 0) {
                copyAll(compose(eps, in[0].detach(), detached(in[1]), detached(in[2])), out);
                return;
            }
            Channels x = Channels.of(in[0]);
            float[] mean = x.mean();
            float[] var = x.variance(mean);
            float[] scale = new float[mean.length];
            float[] shift = new float[mean.length];
            for (int c = 0; c < mean.length; c++) {
                double s = (in[1] == null ? 1 : in[1].read(c)) / Math.sqrt(var[c] + eps);
                scale[c] = (float) s;
                shift[c] = (float) ((in[2] == null ? 0 : in[2].read(c)) - mean[c] * s);
                out[1].write(c, mean[c]);
                out[2].write(c, var[c]);
            }
            x.affine(scale, shift, out[0]);
        }

        @Override
        protected void vjp(Vjp v) {
            boolean plain = plainBackward()
                    && v.input(0).dtype() == DType.FLOAT32
                    && v.input(0).numel() > 0
                    && !v.hasGrad(1)
                    && !v.hasGrad(2);
            if (!plain) {
                super.vjp(v);
                return;
            }
            Tensor w = v.hasInput(1) ? v.input(1) : null;
            Tensor[] g = Backward.OP.all(v.attrs(), v.grad(), v.input(0), w, v.output(1), v.output(2));
            v.set(0, g[0]);
            v.set(1, g[1]);
            v.set(2, g[2]);
        }
    }

    /** Gradients of x, weight and bias. Inputs: the gradient, x, weight or null, mean, variance. */
    static final class Backward extends Composite {
        static final Backward OP = new Backward();

        private Backward() {
            super("batch_norm_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Spec c = new Spec(in[3].shape(), in[3].dtype());
            return new Spec[] {new Spec(in[1].shape(), in[1].dtype()), c, c};
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            Dense[] out = super.allocate(attrs, in, new Spec[] {specs[1], specs[2]}, device);
            return new Dense[] {like(in[1], device), out[0], out[1]};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            double eps = ((Epsilon) attrs).eps;
            Channels x = Channels.of(in[1]);
            Dense g = x.alike(in[0]);
            int channels = Math.toIntExact(in[3].numel());
            float[] mean = new float[channels];
            for (int c = 0; c < channels; c++) {
                mean[c] = (float) in[3].read(c);
            }
            double[][] sums = x.sums(g, mean);
            double n = x.count();
            float[] ofGrad = new float[channels];
            float[] ofX = new float[channels];
            float[] constant = new float[channels];
            for (int c = 0; c < channels; c++) {
                double rstd = 1 / Math.sqrt(in[4].read(c) + eps);
                double a = (in[2] == null ? 1 : in[2].read(c)) * rstd;
                double b = -a * rstd * rstd * sums[1][c] / n;
                ofGrad[c] = (float) a;
                ofX[c] = (float) b;
                constant[c] = (float) (-a * sums[0][c] / n - b * mean[c]);
                out[1].write(c, sums[1][c] * rstd);
                out[2].write(c, sums[0][c]);
            }
            x.combine(g, ofGrad, ofX, constant, out[0]);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("batch_norm_backward: only for first-order backward");
        }
    }

    /** {@code x scale + shift} by channel. */
    static final class Affine extends Fused {
        static final Affine OP = new Affine();

        private Affine() {
            super("channel_affine", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
            return new Dense[] {like(in[0], device)};
        }

        @Override
        protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
            Tensor y = in[0].mul(in[1].reshape(column(in[0]))).add(in[2].reshape(column(in[0])));
            return new Tensor[] {y.to(in[0].dtype())};
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            if (in[0].dtype() != DType.FLOAT32 || in[0].numel() == 0) {
                copyAll(decompose(attrs, new Tensor[] {in[0].detach(), in[1].detach(), in[2].detach()}), out);
                return;
            }
            int channels = Math.toIntExact(in[0].size(1));
            float[] scale = new float[channels];
            float[] shift = new float[channels];
            for (int c = 0; c < channels; c++) {
                scale[c] = (float) in[1].read(c);
                shift[c] = (float) in[2].read(c);
            }
            Channels.of(in[0]).affine(scale, shift, out[0]);
        }
    }
}
