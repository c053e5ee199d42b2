package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.op.RunningColumns.Step;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Running sums, products and extremes. */
public final class Scans {
    private Scans() {}

    /** The dimension to run along. */
    public record Along(int dim) {}

    /** Checked attributes. */
    public static Along along(String op, Tensor x, long dim) {
        return new Along(Dims.wrap(op, dim, x.dim()));
    }

    /** The input in the dtype to compute in: as given, or int64 for integers. */
    public static Tensor prepared(Tensor x, @Nullable DType dtype) {
        return x.to(dtype != null ? dtype : x.dtype().isDifferentiable() ? x.dtype() : DType.INT64);
    }

    /** One line along the dimension: byte offsets of its beginning in input and outputs, and the steps. */
    interface Line {
        void run(long from, long fromStep, long to, long toStep, long n);
    }

    static void lines(Dense x, Dense out, int d, Line line) {
        if (x.numel() == 0) {
            return;
        }
        if (x.dim() == 0) {
            line.run(x.byteOffset(), 0, out.byteOffset(), 0, 1);
            return;
        }
        Object first = new Views.Longs(d, 0);
        Dense a = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
        Dense b = (Dense) Views.Select.OP.eval(first, new Tensor[] {out})[0];
        Geometry g = Geometry.of(a.shape(), b, a);
        long n = x.size(d);
        long fromStep = x.stride(d) << x.dtype().shift();
        long toStep = out.stride(d) << out.dtype().shift();
        Workers.parallelFor(g.numel, Math.max(1, 8192 / n), (lo, hi) -> {
            for (long i = lo; i < hi; i++) {
                line.run(g.offset(1, i), fromStep, g.offset(0, i), toStep, n);
            }
        });
    }

    private abstract static class Running extends Scan {
        Running(String name, Saves saves) {
            super(name, saves);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        public final Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            if (in[0].dim() == 1) {
                return super.batch(attrs, in, mapped, size);
            }
            return all(new Along(((Along) attrs).dim + 1), in[0]);
        }

        abstract void step(double[] sum, double re, double im);

        abstract long step(long sum, long v);

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense x = in[0];
            Dense y = out[0];
            boolean product = this instanceof Cumprod;
            if (RunningColumns.accumulate(x, y, ((Along) attrs).dim, product ? Step.PRODUCT : Step.SUM)) {
                return;
            }
            DType part = x.dtype().real();
            boolean complex = x.dtype().isComplex();
            double start = product ? 1 : 0;
            lines(x, y, ((Along) attrs).dim, (from, fs, to, ts, n) -> {
                if (RunningLines.accumulate(x.dtype(), x.segment(), from, fs, y.segment(), to, ts, n, product)) {
                    return;
                }
                if (!x.dtype().isDifferentiable()) {
                    long sum = (long) start;
                    for (long i = 0; i < n; i++) {
                        sum = step(sum, Convert.readLong(x.dtype(), x.segment(), from + i * fs));
                        Convert.writeLong(y.dtype(), y.segment(), to + i * ts, sum);
                    }
                    return;
                }
                double[] sum = {start, 0};
                for (long i = 0; i < n; i++) {
                    double re = Convert.readDouble(part, x.segment(), from + i * fs);
                    double im = complex ? Convert.readDouble(part, x.segment(), from + i * fs + part.size()) : 0;
                    step(sum, re, im);
                    Convert.writeDouble(part, y.segment(), to + i * ts, sum[0]);
                    if (complex) {
                        Convert.writeDouble(part, y.segment(), to + i * ts + part.size(), sum[1]);
                    }
                }
            });
        }
    }

    /** Running sums. */
    public static final class Cumsum extends Running {
        public static final Cumsum OP = new Cumsum();

        private Cumsum() {
            super("cumsum", Saves.NOTHING);
        }

        @Override
        void step(double[] sum, double re, double im) {
            sum[0] += re;
            sum[1] += im;
        }

        @Override
        long step(long sum, long v) {
            return sum + v;
        }

        @Override
        protected void vjp(Vjp v) {
            int d = ((Along) v.attrs()).dim;
            v.set(
                    0,
                    v.inputShape(0).rank() == 0
                            ? v.grad()
                            : v.grad().flip(d).cumsum(d).flip(d));
        }
    }

    /** Running products. */
    public static final class Cumprod extends Running {
        public static final Cumprod OP = new Cumprod();

        private Cumprod() {
            super("cumprod", Saves.ALL);
        }

        @Override
        void step(double[] sum, double re, double im) {
            double r = sum[0] * re - sum[1] * im;
            sum[1] = sum[0] * im + sum[1] * re;
            sum[0] = r;
        }

        @Override
        long step(long sum, long v) {
            return sum * v;
        }

        /**
         * Where no input is 0, sums of what follows divided by the input; else for each position the products without it,
         * one after the other.
         */
        @Override
        protected void vjp(Vjp v) {
            int d = ((Along) v.attrs()).dim;
            Tensor x = v.input(0);
            if (x.dim() == 0 || x.numel() == 0) {
                v.set(0, v.grad());
                return;
            }
            long n = x.size(d);
            Tensor g = v.grad();
            if (x.hasValues() && !x.detach().eq(0).any().itemBoolean()) {
                Tensor sums = g.mul(v.output(0).conj()).flip(d).cumsum(d).flip(d);
                v.set(0, sums.div(x.conj()));
                return;
            }
            Tensor[] parts = new Tensor[(int) n];
            Tensor before = null;
            for (int i = 0; i < n; i++) {
                Tensor tail = x.narrow(d, i + 1, n - i - 1);
                Tensor one = x.narrow(d, i, 1).onesLike();
                Tensor products = Tensor.cat(d, one, tail).cumprod(d);
                if (before != null) {
                    products = products.mul(before);
                }
                parts[i] = g.narrow(d, i, n - i).mul(products.conj()).sum(new long[] {d}, true);
                Tensor here = x.narrow(d, i, 1);
                before = before == null ? here : before.mul(here);
            }
            v.set(0, Tensor.cat(d, parts));
        }
    }

    private abstract static class RunningExtreme extends Scan {
        private final boolean largest;

        RunningExtreme(String name, boolean largest) {
            super(name, Saves.OUTPUTS);
            this.largest = largest;
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return new Spec[] {new Spec(in[0].shape(), in[0].dtype()), new Spec(in[0].shape(), DType.INT64)};
        }

        @Override
        public boolean differentiable(int output) {
            return output == 0;
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense x = in[0];
            int shift = x.dtype().shift();
            if (RunningColumns.extremes(x, out[0], out[1], ((Along) attrs).dim, largest)) {
                return;
            }
            lines(x, out[0], ((Along) attrs).dim, (from, fs, to, ts, n) -> {
                if (RunningLines.extremes(
                        x.dtype(), x.segment(), from, fs, out[0].segment(), to, ts, out[1].segment(), n, largest)) {
                    return;
                }
                long best = 0;
                for (long i = 0; i < n; i++) {
                    double v = Convert.readDouble(x.dtype(), x.segment(), from + i * fs);
                    double b = Convert.readDouble(x.dtype(), x.segment(), from + best * fs);
                    if (Double.isNaN(v) || !Double.isNaN(b) && (largest ? v >= b : v <= b)) {
                        best = i;
                    }
                    Convert.move(
                            x.segment(),
                            from + best * fs,
                            0,
                            out[0].segment(),
                            to + i * ts,
                            0,
                            x.dtype().size(),
                            1);
                    Convert.writeLong(DType.INT64, out[1].segment(), to + i * ts >> shift << 3, best);
                }
            });
        }

        @Override
        protected void vjp(Vjp v) {
            int d = ((Along) v.attrs()).dim;
            Tensor g = v.grad();
            v.set(0, v.inputShape(0).rank() == 0 ? g : g.zerosLike().scatterAdd(d, v.output(1), g));
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            return in[0].dim() == 1
                    ? super.batch(attrs, in, mapped, size)
                    : all(new Along(((Along) attrs).dim + 1), in[0]);
        }
    }

    /** Running maxima. */
    public static final class Cummax extends RunningExtreme {
        public static final Cummax OP = new Cummax();

        private Cummax() {
            super("cummax", true);
        }
    }

    /** Running minima. */
    public static final class Cummin extends RunningExtreme {
        public static final Cummin OP = new Cummin();

        private Cummin() {
            super("cummin", false);
        }
    }
}
