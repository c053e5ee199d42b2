package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Order along a dimension. */
public final class Sorting {
    private Sorting() {}

    /** The dimension, the direction, and how many to keep (-1: all). */
    public record Attrs(int dim, boolean descending, long k) {}

    /** Elements in order, NaN as the largest, equal ones in the order in which they were; and where they were. */
    public static final class Sort extends org.cresset.op.Sort {
        public static final Sort OP = new Sort();

        /** Elements from which, and in lines of which, it pays to turn a tensor that isn't sorted along its rows. */
        private static final long WORTH_TURNING = 1 << 12;

        private static final long LONG = 32;

        private Sort() {
            super("sort", Saves.OUTPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Attrs a = (Attrs) attrs;
            if (in[0].dtype().isComplex()) {
                throw CressetException.unsupported("sort: complex numbers have no order");
            }
            long[] dims = in[0].shape().toArray();
            if (a.k >= 0 && dims.length > 0) {
                dims[a.dim] = a.k;
            }
            Shape s = Shape.of(dims);
            return new Spec[] {new Spec(s, in[0].dtype()), new Spec(s, DType.INT64)};
        }

        @Override
        public boolean differentiable(int output) {
            return output == 0;
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            Dense x = in[0];
            if (out[0].numel() == 0) {
                return;
            }
            if (x.dim() == 0) {
                Pointwise.copy(x, out[0]);
                Convert.writeLong(DType.INT64, out[1].segment(), out[1].byteOffset(), 0);
                return;
            }
            if (out[0].stride(a.dim) != 1 && x.numel() >= WORTH_TURNING && x.size(a.dim) >= LONG) {
                turned(a, x, out);
            } else {
                lines(x, a.dim, a, out);
            }
        }

        /** With what is sorted in a row: whole blocks go there and back, not each line by itself. */
        private static void turned(Attrs a, Dense x, Dense[] out) {
            Dense y = Views.swapped(x, a.dim, x.dim() - 1);
            Dense rows = Dense.empty(y.shape(), y.dtype());
            Pointwise.copy(y, rows);
            Dense[] to = new Dense[out.length];
            for (int i = 0; i < to.length; i++) {
                to[i] = Dense.empty(Views.swapped(out[i], a.dim, x.dim() - 1).shape(), out[i].dtype());
            }
            lines(rows, x.dim() - 1, a, to);
            for (int i = 0; i < to.length; i++) {
                Pointwise.copy(to[i], Views.swapped(out[i], a.dim, x.dim() - 1));
            }
        }

        private static void lines(Dense x, int dim, Attrs a, Dense[] out) {
            Object first = new Views.Longs(dim, 0);
            Dense heads = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
            Dense places = (Dense) Views.Select.OP.eval(first, new Tensor[] {out[0]})[0];
            Geometry g = Geometry.of(heads.shape(), places, heads);
            int n = Math.toIntExact(x.size(dim));
            int keep = (int) (a.k < 0 ? n : a.k);
            long fs = x.stride(dim) << x.dtype().shift();
            long ts = out[0].stride(dim) << x.dtype().shift();
            Workers.parallelFor(g.numel, Math.max(1, 2048 / Math.max(n, 1)), (lo, hi) -> {
                LineSort line = new LineSort(x, a.descending, n);
                for (long i = lo; i < hi; i++) {
                    long from = g.offset(1, i);
                    line.sort(from, fs, keep);
                    write(line, x, from, fs, out, g.offset(0, i), ts, keep);
                }
                line.done();
            });
        }

        /** Elements of a line in this order, and the order. */
        private static void write(LineSort line, Dense x, long from, long fs, Dense[] out, long to, long ts, int keep) {
            int shift = x.dtype().shift();
            long p = to >> shift << 3;
            long ps = ts >> shift << 3;
            if (ts == x.dtype().size() && line.write(from, fs, keep, out[0].segment(), to, out[1].segment(), p)) {
                return;
            }
            int[] order = line.order();
            LineArrays arrays = LineArrays.own();
            long[] some = arrays.whole;
            for (int i = 0; i < keep; i += some.length) {
                int n = Math.min(some.length, keep - i);
                for (int j = 0; j < n; j++) {
                    some[j] = order[i + j];
                }
                arrays.writeLongs(some, out[1].segment(), p + i * ps, ps, n);
                if (x.dtype() == DType.INT64) {
                    line.values(i, n, some);
                    arrays.writeLongs(some, out[0].segment(), to + i * ts, ts, n);
                } else {
                    arrays.gather(x.segment(), from, fs, some, out[0].segment(), to + i * ts, ts, 1 << shift, n);
                }
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Attrs a = (Attrs) v.attrs();
            if (v.inputShape(0).rank() == 0) {
                v.set(0, v.grad());
                return;
            }
            Tensor zero = Tensor.zeros(v.inputShape(0), v.grad().dtype());
            v.set(0, zero.scatterAdd(a.dim, v.output(1), v.grad()));
        }

        @Override
        public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Attrs a = (Attrs) attrs;
            return in[0].dim() == 1
                    ? super.batch(attrs, in, mapped, size)
                    : all(new Attrs(a.dim + 1, a.descending, a.k), in[0]);
        }
    }
}
