package org.cresset.op;

import org.cresset.autograd.Autograd;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.emit.Combine;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The p-norm over dimensions, for any p from -infinity to infinity; real, also of complex numbers. The subgradient at 0 is 0. */
public final class VectorNorm extends Composite {
    private static final VectorNorm OP = new VectorNorm();

    /** The order and the dimensions. */
    record Attrs(double p, Reduce.Axes axes) {}

    private VectorNorm() {
        super("linalg.vector_norm", Saves.ALL);
    }

    /** The norm over {@code dim} (null or empty: all). */
    public static Tensor norm(String op, Tensor x, double p, long @Nullable [] dim, boolean keepdim) {
        if (!x.dtype().isDifferentiable()) {
            throw CressetException.runtime(
                    op + ": the input is " + x.dtype() + x.shape() + "; expected a floating-point or complex dtype");
        }
        long mask = 0;
        int[] dims = Dims.wrapAll(op, dim == null ? new long[0] : dim, x.dim());
        for (int d : dims) {
            mask |= x.dim() == 0 ? 0 : 1L << d;
            if (x.dim() > 0 && x.size(d) == 0 && (p < 0 || p == Double.POSITIVE_INFINITY)) {
                throw CressetException.runtime(op + ": the norm of order " + p + " of nothing doesn't exist; dimension "
                        + d + " of shape " + x.shape() + " is empty");
            }
        }
        return OP.on(new Attrs(p, new Reduce.Axes(mask, keepdim, null)), x);
    }

    /** The root of the sum of squares, in one pass. */
    private static final class Euclidean extends Reduce {
        private static final Euclidean OP = new Euclidean();

        private Euclidean() {
            super("euclidean_norm", Combine.SUM, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(x, x);
        }

        @Override
        protected DType resultType(DType in) {
            return in;
        }

        @Override
        protected double finish(double combined, long count) {
            return Math.sqrt(combined);
        }

        @Override
        protected void vjp(Vjp v) {
            throw new IllegalStateException("part of another operation");
        }
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.FULL;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(
                Reduce.reduced(in[0].shape(), ((Attrs) attrs).axes),
                in[0].dtype().real());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Tensor y = Autograd.noGrad(() -> {
            Tensor x = wide(in[0].detach());
            return x.dim() == 0 && t.p != 0 ? x.abs() : norm(x, t);
        });
        Pointwise.copy((Dense) y.reshape(out[0].shape().toArray()), out[0]);
    }

    /** Half precision is summed up in float32. */
    private static Tensor wide(Tensor x) {
        return x.dtype() == DType.FLOAT16 || x.dtype() == DType.BFLOAT16 ? x.to(DType.FLOAT32) : x;
    }

    private static Tensor norm(Tensor x, Attrs t) {
        Reduce.Axes axes = new Reduce.Axes(t.axes.mask(), false, null);
        if (t.p == 2) {
            if (!x.dtype().isComplex()) {
                return Euclidean.OP.eval(axes, x);
            }
            Tensor parts = Tensor.stack(-1, x.real(), x.imag());
            return Euclidean.OP.eval(new Reduce.Axes(axes.mask() | 1L << x.dim(), false, null), parts);
        }
        if (t.p == 0) {
            return Reductions.Sum.OP.eval(axes, x.ne(0).to(x.dtype().real()));
        }
        Tensor a = x.abs();
        if (t.p == 1) {
            return Reductions.Sum.OP.eval(axes, a);
        }
        if (Double.isInfinite(t.p)) {
            return t.p > 0 ? Reductions.Amax.OP.eval(axes, a) : Reductions.Amin.OP.eval(axes, a);
        }
        return Reductions.Sum.OP.eval(axes, a.pow(t.p)).pow(1 / t.p);
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs t = (Attrs) v.attrs();
        double p = t.p;
        if (p == 0) {
            v.set(0, v.input(0).zerosLike());
            return;
        }
        Shape shape = v.inputShape(0);
        Tensor x = v.input(0);
        Tensor g = Reduce.restore(v.grad(), t.axes, shape);
        if (p == 1) {
            v.set(0, x.sgn().mul(g));
            return;
        }
        Tensor n = Reduce.restore(v.output(0), t.axes, shape);
        if (Double.isInfinite(p)) {
            Tensor moduli = x.abs();
            Tensor hit = wide(moduli.detach().to(v.inputType(0).real()))
                    .eq(n.detach())
                    .logicalOr(n.isnan());
            Tensor share = hit.to(n.dtype());
            Tensor count = Reductions.Sum.OP.on(new Reduce.Axes(t.axes.mask(), true, null), share);
            v.set(0, x.sgn().mul(share.div(count.reshapeAs(n)).mul(g)));
            return;
        }
        // Where the norm is 0 the subgradient is 0; further derivatives don't exist there, and are NaN.
        Tensor nothing = n.detach().eq(0);
        if (p == 2) {
            v.set(0, g.mul(x.div(n).maskedFill(nothing, 0)));
            return;
        }
        x = wide(x);
        n = wide(n);
        Tensor scale = wide(g).mul(n.pow(1 - p));
        if (p < 1) {
            Tensor powers = x.abs().pow(p - 1).maskedFill(x.detach().eq(0), 0);
            v.set(0, x.sgn().mul(powers).mul(scale));
            return;
        }
        scale = scale.maskedFill(nothing, 0);
        v.set(
                0,
                p < 2
                        ? x.sgn().mul(x.abs().pow(p - 1)).mul(scale)
                        : x.mul(x.abs().pow(p - 2)).mul(scale));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Attrs t = (Attrs) attrs;
        return new Tensor[] {on(new Attrs(t.p, t.axes.shift()), in[0])};
    }
}
