package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
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
                Rows r = Rows.local();
                for (long i = from; i < to; i++) {
                    row(r, x, w, b, y, n, i, eps);
                }
            });
            if (y != out[0]) {
                Pointwise.copy(y, out[0]);
            }
        }

        private static void row(
                Rows r, Dense x, @Nullable Dense w, @Nullable Dense b, Dense y, long n, long i, double eps) {
            MemorySegment ns = r.numbers();
            long xo = x.byteOffset() + 4 * i * n;
            long yo = y.byteOffset() + 4 * i * n;
            statistics(r, x, xo, n, eps);
            Rows.map(FusedLoops.NORMALIZE_ROWS, x.segment(), xo, ns, 0, ns, 4, y.segment(), yo, n);
            if (w != null && b != null) {
                Rows.map(
                        FusedLoops.SCALE_SHIFT_ROWS,
                        y.segment(),
                        yo,
                        w.segment(),
                        w.byteOffset(),
                        b.segment(),
                        b.byteOffset(),
                        y.segment(),
                        yo,
                        n);
            } else if (w != null) {
                Rows.map(
                        FusedLoops.PRODUCT_ROWS,
                        y.segment(),
                        yo,
                        w.segment(),
                        w.byteOffset(),
                        null,
                        0,
                        y.segment(),
                        yo,
                        n);
            } else if (b != null) {
                Rows.map(
                        FusedLoops.PLUS_ROWS,
                        y.segment(),
                        yo,
                        b.segment(),
                        b.byteOffset(),
                        null,
                        0,
                        y.segment(),
                        yo,
                        n);
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

    /** Sets numbers 0 and 1 to the mean and one over the standard deviation of a row. */
    private static void statistics(Rows r, Dense x, long at, long n, double eps) {
        double mean = r.sum(x.segment(), at, n) / n;
        r.number(0, (float) mean);
        double squares = r.accumulate(
                FusedLoops.SUM_SQUARED_DIFFERENCE_ROWS, Combine.SUM, x.segment(), at, r.numbers(), 0, true, null, 0, n);
        r.number(1, (float) (1 / Math.sqrt(squares / n + eps)));
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
            int parts = (int) Math.min(PARTS, rows);
            Dense sums = Dense.empty(Shape.of(parts, 2, n), DType.FLOAT32);
            sums.segment().asSlice(0, sums.numel() * 4).fill((byte) 0);
            // A fixed number of parts, so that the sums don't depend on the threads.
            Workers.parallelFor(parts, 1, (from, to) -> {
                Dense temporary = Dense.empty(Shape.of(2, n), DType.FLOAT32);
                for (long p = from; p < to; p++) {
                    for (long i = rows * p / parts; i < rows * (p + 1) / parts; i++) {
                        row(Rows.local(), g, x, w, out[0], temporary, sums, p, n, i, eps);
                    }
                }
            });
            Pointwise.copy((Dense) sums.detach().select(1, 0).sum(0), out[1]);
            Pointwise.copy((Dense) sums.detach().select(1, 1).sum(0), out[2]);
        }

        private static void row(
                Rows r,
                Dense g,
                Dense x,
                @Nullable Dense w,
                Dense gx,
                Dense t,
                Dense sums,
                long p,
                long n,
                long i,
                double eps) {
            long at = 4 * i * n;
            long go = g.byteOffset() + at;
            long xo = x.byteOffset() + at;
            MemorySegment ns = r.numbers();
            MemorySegment ts = t.segment();
            MemorySegment gs = g.segment();
            long normal = t.byteOffset();
            long weighted = normal + 4 * n;
            long first = sums.byteOffset() + 8 * p * n;
            long second = first + 4 * n;
            statistics(r, x, xo, n, eps);
            float rstd = ns.get(ValueLayout.JAVA_FLOAT, 4);
            Rows.map(FusedLoops.NORMALIZE_ROWS, x.segment(), xo, ns, 0, ns, 4, ts, normal, n);
            Rows.map(FusedLoops.MULTIPLY_ADD_ROWS, gs, go, ts, normal, sums.segment(), first, sums.segment(), first, n);
            Rows.map(FusedLoops.PLUS_ROWS, gs, go, sums.segment(), second, null, 0, sums.segment(), second, n);
            MemorySegment hs = gs;
            long ho = go;
            if (w != null) {
                Rows.map(FusedLoops.PRODUCT_ROWS, gs, go, w.segment(), w.byteOffset(), null, 0, ts, weighted, n);
                hs = ts;
                ho = weighted;
            }
            double mean = r.sum(hs, ho, n) / n;
            double slope = r.dot(hs, ho, ts, normal, n) / n;
            // (h - mean - normal slope) rstd
            r.number(2, (float) -slope);
            r.number(3, (float) -mean);
            Rows.map(FusedLoops.AFFINE_ROWS, ts, normal, ns, 8, ns, 12, ts, normal, n);
            Rows.map(FusedLoops.PLUS_ROWS, ts, normal, hs, ho, null, 0, ts, normal, n);
            r.number(4, rstd);
            r.number(5, 0);
            Rows.map(FusedLoops.AFFINE_ROWS, ts, normal, ns, 16, ns, 20, gx.segment(), gx.byteOffset() + at, n);
        }

        /** Never asked for: where gradients are differentiated again, the composition makes them. */
        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("layer_norm_backward: only for first-order backward");
        }
    }
}
