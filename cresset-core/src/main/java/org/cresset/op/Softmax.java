package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Exponentials divided by their sum along one dimension, or the logarithms of that, and their gradients. */
public final class Softmax {
    private Softmax() {}

    /** The dimension, and whether logarithms are wanted. */
    public record Along(int dim, boolean log) {}

    /** As {@code torch.softmax}, or {@code torch.log_softmax} with {@code log}. */
    public static Tensor softmax(Tensor x, long dim, @Nullable DType dtype, boolean log) {
        String name = log ? "log_softmax" : "softmax";
        Tensor t = dtype == null ? x : x.to(dtype);
        if (!t.dtype().isFloat()) {
            throw CressetException.runtime(name + ": not for " + t.dtype() + "; convert to a floating-point dtype");
        }
        Along a = new Along(Dims.wrap(name, dim, Math.max(1, t.dim())), log);
        return t.dim() == 0 ? Forward.OP.on(a, t.reshape(1)).reshape() : Forward.OP.on(a, t);
    }

    /** The tensor with a dimension last, contiguous, in the dtype that is computed in. */
    private static Dense rows(Dense t, int dim, DType compute) {
        if (dim == t.dim() - 1) {
            return Rows.convert(t, compute);
        }
        return Rows.convert((Dense) t.transpose(dim, -1), compute);
    }

    private static DType computeType(DType t) {
        return t == DType.FLOAT64 ? t : DType.FLOAT32;
    }

    private interface RowKernel {
        void run(long from, long to);
    }

    private static void finish(Dense result, Dense out, int dim) {
        if (result != out) {
            Pointwise.copy(result, dim == out.dim() - 1 ? out : (Dense) out.transpose(dim, -1));
        }
    }

    private static Dense target(Dense out, Dense like, int dim) {
        return dim == out.dim() - 1 && out.dtype() == like.dtype() ? out : Dense.empty(like.shape(), like.dtype());
    }

    /** The function. */
    static final class Forward extends Composite {
        static final Forward OP = new Forward();

        private Forward() {
            super("softmax", Saves.OUTPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Along a = (Along) attrs;
            if (out[0].numel() == 0) {
                return;
            }
            if (SoftmaxColumns.fits(in[0], a.dim)) {
                Dense x = Rows.floats(in[0]);
                Dense y = target(out[0], x, x.dim() - 1);
                SoftmaxColumns.run(x, y, a.dim, a.log);
                finish(y, out[0], y.dim() - 1);
                return;
            }
            Dense x = rows(in[0], a.dim, computeType(in[0].dtype()));
            Dense y = target(out[0], x, a.dim);
            long n = x.size(-1);
            RowKernel k = x.dtype() == DType.FLOAT64
                    ? (from, to) -> doubles(x, y, n, a.log, from, to)
                    : (from, to) -> floats(x, y, n, a.log, from, to);
            Workers.parallelFor(x.numel() / n, Rows.grain(8 * n), k::run);
            finish(y, out[0], a.dim);
        }

        private static void floats(Dense x, Dense y, long n, boolean log, long from, long to) {
            Rows r = Rows.local();
            MemorySegment xs = x.segment();
            MemorySegment ys = y.segment();
            MemorySegment ns = r.numbers();
            for (long i = from; i < to; i++) {
                long xo = x.byteOffset() + 4 * i * n;
                long yo = y.byteOffset() + 4 * i * n;
                float max = r.largest(xs, xo, n); // a NaN comes back with the exponentials
                // A row of -infinity alone has no largest number to subtract.
                r.number(0, max);
                if (log) {
                    double sum =
                            r.accumulate(FusedLoops.SUM_EXP_SHIFTED_ROWS, Combine.SUM, xs, xo, ns, 0, true, null, 0, n);
                    r.number(1, 1);
                    r.number(2, (float) (-max - Math.log(sum)));
                    if (Float.isInfinite(max)) {
                        r.number(2, Float.NaN);
                    }
                    Rows.map(FusedLoops.AFFINE_ROWS, xs, xo, ns, 4, ns, 8, ys, yo, n);
                } else {
                    double sum = r.accumulate(
                            FusedLoops.EXP_SHIFTED_AND_SUM_ROWS, Combine.SUM, xs, xo, ns, 0, true, ys, yo, n);
                    r.number(1, Float.isInfinite(max) ? Float.NaN : (float) (1 / sum));
                    r.number(2, 0);
                    Rows.map(FusedLoops.AFFINE_ROWS, ys, yo, ns, 4, ns, 8, ys, yo, n);
                }
            }
        }

        private static void doubles(Dense x, Dense y, long n, boolean log, long from, long to) {
            for (long i = from; i < to; i++) {
                double max = Double.NEGATIVE_INFINITY;
                for (long j = i * n; j < (i + 1) * n; j++) {
                    max = Math.max(max, x.read(j));
                }
                double sum = 0;
                for (long j = i * n; j < (i + 1) * n; j++) {
                    sum += Math.exp(x.read(j) - max);
                }
                double logSum = Math.log(sum);
                for (long j = i * n; j < (i + 1) * n; j++) {
                    double d = x.read(j) - max;
                    y.write(j, log ? d - logSum : Math.exp(d) / sum);
                }
            }
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, Backward.OP.on(v.attrs(), v.grad(), v.output(0)));
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            Along a = (Along) attrs;
            Tensor t = tangents[0];
            Tensor y = a.log ? out[0].exp() : out[0];
            Tensor mean = t.mul(y).sum(new long[] {a.dim}, true);
            return new Tensor[] {a.log ? t.sub(mean) : t.sub(mean).mul(y)};
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Along a = (Along) attrs;
            return new Tensor[] {on(new Along(a.dim + 1, a.log), in[0])};
        }
    }

    /** The gradient of the input from that of the output and the output. */
    static final class Backward extends Composite {
        static final Backward OP = new Backward();

        private Backward() {
            super("softmax_backward", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[1].shape(), in[1].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Along a = (Along) attrs;
            if (out[0].numel() == 0) {
                return;
            }
            if (SoftmaxColumns.fits(in[1], a.dim)) {
                Dense y = Rows.floats(in[1]);
                Dense x = target(out[0], y, y.dim() - 1);
                SoftmaxColumns.runBackward(Rows.floats(in[0]), y, x, a.dim, a.log);
                finish(x, out[0], x.dim() - 1);
                return;
            }
            Dense g = rows(in[0], a.dim, computeType(in[1].dtype()));
            Dense y = rows(in[1], a.dim, computeType(in[1].dtype()));
            Dense x = target(out[0], y, a.dim);
            long n = y.size(-1);
            RowKernel k = y.dtype() == DType.FLOAT64
                    ? (from, to) -> doubles(g, y, x, n, a.log, from, to)
                    : (from, to) -> floats(g, y, x, n, a.log, from, to);
            Workers.parallelFor(y.numel() / n, Rows.grain(4 * n), k::run);
            finish(x, out[0], a.dim);
        }

        private static void floats(Dense g, Dense y, Dense x, long n, boolean log, long from, long to) {
            Rows r = Rows.local();
            for (long i = from; i < to; i++) {
                long go = g.byteOffset() + 4 * i * n;
                long yo = y.byteOffset() + 4 * i * n;
                long xo = x.byteOffset() + 4 * i * n;
                double sum = log ? r.sum(g.segment(), go, n) : r.dot(g.segment(), go, y.segment(), yo, n);
                r.number(0, (float) sum);
                Rows.map(
                        log ? FusedLoops.LOG_SOFTMAX_GRAD_ROWS : FusedLoops.SOFTMAX_GRAD_ROWS,
                        g.segment(),
                        go,
                        y.segment(),
                        yo,
                        r.numbers(),
                        0,
                        x.segment(),
                        xo,
                        n);
            }
        }

        private static void doubles(Dense g, Dense y, Dense x, long n, boolean log, long from, long to) {
            for (long i = from; i < to; i++) {
                double sum = 0;
                for (long j = i * n; j < (i + 1) * n; j++) {
                    sum += log ? g.read(j) : g.read(j) * y.read(j);
                }
                for (long j = i * n; j < (i + 1) * n; j++) {
                    x.write(j, log ? g.read(j) - Math.exp(y.read(j)) * sum : y.read(j) * (g.read(j) - sum));
                }
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Along a = (Along) v.attrs();
            Tensor h = v.grad();
            Tensor g = v.input(0);
            Tensor y = v.input(1);
            long[] dim = {a.dim};
            if (a.log) { // g - e^y sum(g)
                Tensor e = y.exp();
                Tensor he = h.mul(e);
                v.set(0, h.sub(he.sum(dim, true)));
                if (v.needs(1)) {
                    v.set(1, he.mul(g.sum(dim, true)).neg());
                }
            } else { // y (g - sum(g y))
                v.set(0, on(a, h, y));
                if (v.needs(1)) {
                    v.set(
                            1,
                            h.mul(g.sub(g.mul(y).sum(dim, true)))
                                    .sub(g.mul(h.mul(y).sum(dim, true))));
                }
            }
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Along a = (Along) attrs;
            Tensor g = mapped[0] ? in[0] : in[0].unsqueeze(0).expandAs(in[1]);
            Tensor y = mapped[1] ? in[1] : in[1].unsqueeze(0).expandAs(in[0]);
            return new Tensor[] {on(new Along(a.dim + 1, a.log), g, y)};
        }
    }
}
