package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** a_i = x_i + c_i a_(i-1) along a dimension, or with a_(i+1) if reverse. Inputs: x and c, of one shape and dtype. */
final class Recurrence extends Scan {
    static final Recurrence OP = new Recurrence();

    /** The dimension, and whether from its end. */
    record Attrs(int dim, boolean reverse) {}

    private Recurrence() {
        super("recurrence", Saves.ALL);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense x = Rows.convert(in[0], in[0].dtype());
        Dense c = Rows.convert(in[1], in[1].dtype());
        Dense y = out[0];
        DType part = x.dtype().real();
        boolean complex = x.dtype().isComplex();
        boolean reverse = ((Attrs) attrs).reverse;
        int d = ((Attrs) attrs).dim;
        if (x.dtype() == DType.FLOAT32
                && (RunningColumns.recur(x, c, y, d, reverse)
                        || RunningColumns.turned(
                                d,
                                new Dense[] {x, c},
                                y,
                                (turned, to) -> RunningColumns.recur(turned[0], turned[1], to, 0, reverse)))) {
            return;
        }
        Scans.lines(x, y, d, (from, fs, to, ts, n) -> {
            long toC = c.byteOffset() - x.byteOffset();
            if (!complex) {
                Line line = new Line(part, x.segment(), c.segment(), from, toC, fs, y.segment(), to, ts);
                line.run(n, reverse);
                return;
            }
            double re = 0;
            double im = 0;
            for (long k = 0; k < n; k++) {
                long i = reverse ? n - 1 - k : k;
                long at = from + i * fs;
                double cr = Convert.readDouble(part, c.segment(), at + toC);
                double ci = Convert.readDouble(part, c.segment(), at + toC + part.size());
                double nextRe = Convert.readDouble(part, x.segment(), at) + (k == 0 ? 0 : cr * re - ci * im);
                double xi = Convert.readDouble(part, x.segment(), at + part.size());
                im = xi + (k == 0 ? 0 : cr * im + ci * re);
                Convert.writeDouble(part, y.segment(), to + i * ts + part.size(), im);
                re = nextRe;
                Convert.writeDouble(part, y.segment(), to + i * ts, re);
            }
        });
    }

    /** One of real numbers; where it is, in bytes. */
    private record Line(
            DType t,
            MemorySegment x,
            MemorySegment c,
            long from,
            long toC,
            long fs,
            MemorySegment y,
            long to,
            long ts) {
        void run(long n, boolean reverse) {
            LineArrays arrays = LineArrays.own();
            double[] some = arrays.first;
            double[] factors = arrays.second;
            double sum = 0;
            for (long k = 0; k < n; k += some.length) {
                int m = (int) Math.min(some.length, n - k);
                long i = reverse ? n - k - m : k;
                arrays.read(t, x, from + i * fs, fs, some, m);
                arrays.read(t, c, from + toC + i * fs, fs, factors, m);
                if (k == 0) { // nothing is before the first, whatever its factor
                    factors[reverse ? m - 1 : 0] = 0;
                }
                sum = reverse ? backward(some, factors, m, sum) : forward(some, factors, m, sum);
                arrays.write(some, t, y, to + i * ts, ts, m);
            }
        }

        private static double forward(double[] some, double[] factors, int n, double sum) {
            double s = sum;
            for (int i = 0; i < n; i++) {
                s = some[i] + factors[i] * s;
                some[i] = s;
            }
            return s;
        }

        private static double backward(double[] some, double[] factors, int n, double sum) {
            double s = sum;
            for (int i = n - 1; i >= 0; i--) {
                s = some[i] + factors[i] * s;
                some[i] = s;
            }
            return s;
        }
    }

    /** The gradients run through the same recurrence in the other direction. */
    @Override
    protected void vjp(Vjp v) {
        Attrs a = (Attrs) v.attrs();
        Tensor c = shift(v.input(1), a.dim, !a.reverse);
        Tensor g = on(new Attrs(a.dim, !a.reverse), v.grad(), c.conj());
        v.set(0, g);
        v.set(1, g.mul(shift(v.output(0), a.dim, a.reverse).conj()));
    }

    /** Element i + 1 (or i - 1) in the place of i, and zero at the end. */
    private static Tensor shift(Tensor t, int d, boolean up) {
        long n = t.size(d);
        long[] one = t.shape().toArray();
        one[d] = 1;
        Tensor zero = Tensor.zeros(Shape.of(one), t.dtype());
        return up ? Tensor.cat(d, t.narrow(d, 1, n - 1), zero) : Tensor.cat(d, zero, t.narrow(d, 0, n - 1));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        if (!mapped[0] || !mapped[1]) {
            return super.batch(attrs, in, mapped, size);
        }
        return all(new Attrs(((Attrs) attrs).dim + 1, ((Attrs) attrs).reverse), in);
    }
}
