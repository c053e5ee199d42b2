package org.cresset.op;

import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The largest or smallest element along one dimension and where it is; the first of equal ones, or the first NaN. */
public final class Extremes {
    private Extremes() {}

    /** The dimension and whether it stays with size 1. */
    public record Along(int dim, boolean keepdim) {}

    /** Checked attributes. */
    public static Along at(String op, Tensor x, long dim, boolean keepdim) {
        int d = Dims.wrap(op, dim, x.dim());
        if (x.dtype().isComplex()) {
            throw CressetException.unsupported(op + ": complex numbers have no order");
        }
        if (x.dim() > 0 && x.size(d) == 0) {
            throw CressetException.index(
                    op + ": dimension " + d + " of shape " + x.shape() + " has no elements to choose from");
        }
        return new Along(d, keepdim);
    }

    /** Positions only. */
    public static Tensor indices(String op, Tensor x, @Nullable Long dim, boolean keepdim, boolean largest) {
        if (dim == null) {
            if (x.numel() == 0) {
                throw CressetException.index(
                        op + ": a tensor of shape " + x.shape() + " has no elements to choose from");
            }
            Tensor i = indices(op, x.reshape(-1), 0L, false, largest);
            long[] ones = new long[x.dim()];
            Arrays.fill(ones, 1);
            return keepdim ? i.reshape(ones) : i;
        }
        Along a = at(op, x, dim, keepdim);
        return (largest ? Max.OP : Min.OP).all(a, x.detach())[1];
    }

    private abstract static class Extreme extends Sort {
        private final boolean largest;

        Extreme(String name, boolean largest) {
            super(name, Saves.OUTPUTS);
            this.largest = largest;
        }

        @Override
        protected final Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            Along a = (Along) attrs;
            Shape s = in[0].dim() == 0
                    ? Shape.SCALAR
                    : Reduce.reduced(in[0].shape(), new Reduce.Axes(1L << a.dim, a.keepdim, null));
            return new Spec[] {new Spec(s, in[0].dtype()), new Spec(s, DType.INT64)};
        }

        @Override
        public final boolean differentiable(int output) {
            return output == 0;
        }

        @Override
        protected final void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense x = in[0];
            int d = ((Along) attrs).dim;
            if (ExtremeLines.run(x, d, largest, out[0], out[1])) {
                return;
            }
            long n = x.dim() == 0 ? 1 : x.size(d);
            long step = x.dim() == 0 ? 0 : x.stride(d) << x.dtype().shift();
            Dense heads = x.dim() == 0 ? x : (Dense) Views.Select.OP.eval(new Views.Longs(d, 0), new Tensor[] {x})[0];
            Geometry g = Geometry.of(
                    heads.shape(),
                    Dense.over(out[0].storage(), heads.shape(), heads.shape().contiguousStrides(), 0, out[0].dtype()),
                    heads);
            int shift = out[0].dtype().shift();
            boolean whole = !x.dtype().isFloat();
            Workers.parallelFor(heads.numel(), Math.max(1, 8192 / n), (from, to) -> {
                for (long i = from; i < to; i++) {
                    long at = g.offset(1, i);
                    long o = g.offset(0, i);
                    long best = whole ? pickLong(x, at, step, n) : pick(x, at, step, n);
                    Convert.move(
                            x.segment(),
                            at + best * step,
                            0,
                            out[0].segment(),
                            o,
                            0,
                            x.dtype().size(),
                            1);
                    Convert.writeLong(DType.INT64, out[1].segment(), o >> shift << 3, best);
                }
            });
        }

        private long pick(Dense x, long at, long step, long n) {
            long best = 0;
            double value = Convert.readDouble(x.dtype(), x.segment(), at);
            for (long i = 1; i < n && !Double.isNaN(value); i++) {
                double v = Convert.readDouble(x.dtype(), x.segment(), at + i * step);
                if (largest ? v > value : v < value) {
                    best = i;
                    value = v;
                } else if (Double.isNaN(v)) {
                    return i;
                }
            }
            return best;
        }

        private long pickLong(Dense x, long at, long step, long n) {
            long best = 0;
            long value = Convert.readLong(x.dtype(), x.segment(), at);
            for (long i = 1; i < n; i++) {
                long v = Convert.readLong(x.dtype(), x.segment(), at + i * step);
                if (largest ? v > value : v < value) {
                    best = i;
                    value = v;
                }
            }
            return best;
        }

        @Override
        protected final void vjp(Vjp v) {
            Along a = (Along) v.attrs();
            Tensor g = v.grad();
            Tensor index = v.output(1);
            if (v.inputShape(0).rank() == 0) {
                v.set(0, g);
                return;
            }
            if (!a.keepdim) {
                g = g.unsqueeze(a.dim);
                index = index.unsqueeze(a.dim);
            }
            v.set(0, Tensor.zeros(v.inputShape(0), g.dtype()).scatterAdd(a.dim, index, g));
        }

        @Override
        public final Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
            Along a = (Along) attrs;
            return in[0].dim() == 1
                    ? super.batch(attrs, in, mapped, size)
                    : all(new Along(a.dim + 1, a.keepdim), in[0]);
        }
    }

    /** The largest. */
    public static final class Max extends Extreme {
        public static final Max OP = new Max();

        private Max() {
            super("max", true);
        }
    }

    /** The smallest. */
    public static final class Min extends Extreme {
        public static final Min OP = new Min();

        private Min() {
            super("min", false);
        }
    }
}
