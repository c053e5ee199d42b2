package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.emit.Combine;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/** The reductions that are primitives; means, variances and norms are made of them. */
public final class Reductions {
    private Reductions() {}

    private static DType sumType(DType in) {
        return in.isInteger() || in == DType.BOOL ? DType.INT64 : in;
    }

    /** The sum. */
    public static final class Sum extends Reduce {
        public static final Sum OP = new Sum();

        private Sum() {
            super("sum", Combine.SUM, Saves.NOTHING);
        }

        @Override
        protected DType resultType(DType in) {
            return sumType(in);
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(
                    0,
                    restore(v.grad(), (Axes) v.attrs(), v.inputShape(0))
                            .expand(v.inputShape(0).toArray()));
        }
    }

    /** The sum of what are numbers. */
    public static final class NanSum extends Reduce {
        public static final NanSum OP = new NanSum();

        private NanSum() {
            super("nansum", Combine.SUM, Saves.INPUTS);
        }

        @Override
        protected DType resultType(DType in) {
            if (in.isComplex()) {
                throw CressetException.runtime("nansum: complex numbers aren't supported");
            }
            return sumType(in);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.select(l.isNan(x), l.zero(), x);
        }

        @Override
        protected void vjp(Vjp v) {
            Tensor x = v.input(0);
            Tensor g = restore(v.grad(), (Axes) v.attrs(), x.shape());
            v.set(0, Tensor.where(x.isnan(), g.zerosLike(), g));
        }
    }

    /** How many elements there are of a kind, as int64. */
    private abstract static class Count extends Reduce {
        Count(String name) {
            super(name, Combine.SUM, Saves.NOTHING);
        }

        @Override
        protected final DType resultType(DType in) {
            return DType.INT64;
        }

        @Override
        protected final DType computeType(DType in, DType result) {
            return in.isFloat() ? in : DType.INT64;
        }

        @Override
        public final boolean differentiable(int output) {
            return false;
        }

        @Override
        protected final void vjp(Vjp v) {
            v.none();
        }
    }

    /** How many elements aren't 0; NaN isn't. */
    public static final class CountNonzero extends Count {
        public static final CountNonzero OP = new CountNonzero();

        private CountNonzero() {
            super("count_nonzero");
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.number(l.ne(x, l.zero()));
        }
    }

    /** How many elements are numbers. */
    public static final class CountNumbers extends Count {
        public static final CountNumbers OP = new CountNumbers();

        private CountNumbers() {
            super("count_numbers");
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.number(l.eq(x, x));
        }
    }

    /** The arithmetic mean, of floating-point and complex numbers. */
    public static final class Mean extends Reduce {
        public static final Mean OP = new Mean();

        private Mean() {
            super("mean", Combine.SUM, Saves.NOTHING);
        }

        @Override
        protected DType resultType(DType in) {
            if (!in.isDifferentiable()) {
                throw CressetException.runtime("mean: the input is " + in
                        + "; expected a floating-point or complex dtype, or a dtype argument to convert to");
            }
            return in;
        }

        @Override
        protected double finish(double combined, long count) {
            return combined / count;
        }

        @Override
        protected void vjp(Vjp v) {
            Axes a = (Axes) v.attrs();
            double n = count(v.inputShape(0), a);
            v.set(
                    0,
                    restore(v.grad(), a, v.inputShape(0))
                            .div(n)
                            .expand(v.inputShape(0).toArray()));
        }
    }

    /** The product. */
    public static final class Prod extends Reduce {
        public static final Prod OP = new Prod();

        private Prod() {
            super("prod", Combine.PRODUCT, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected DType resultType(DType in) {
            return sumType(in);
        }

        /** The product of all others, from both ends, so that zeros do no harm. */
        @Override
        protected void vjp(Vjp v) {
            Axes a = (Axes) v.attrs();
            Tensor x = v.input(0);
            Shape s = x.shape();
            if (x.numel() == 0) {
                v.set(0, x.zerosLike());
                return;
            }
            Tensor g = restore(v.grad(), a, s);
            if (s.rank() == 0) {
                v.set(0, g);
                return;
            }
            long n = count(s, a);
            long[] order = new long[s.rank()];
            int k = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (int d = 0; d < order.length; d++) {
                    if (a.has(d) == (pass == 1)) {
                        order[k++] = d;
                    }
                }
            }
            Tensor flat = x.permute(order);
            long[] moved = flat.shape().toArray();
            Tensor rows = flat.reshape(-1, n);
            Tensor one = Tensor.ones(Shape.of(rows.size(0), 1), x.dtype());
            Tensor left = Tensor.cat(1, one, rows.narrow(1, 0, n - 1)).cumprod(1);
            Tensor right = Tensor.cat(1, one, rows.flip(1).narrow(1, 0, n - 1))
                    .cumprod(1)
                    .flip(1);
            Tensor others = left.mul(right).reshape(moved);
            long[] back = new long[order.length];
            for (int i = 0; i < order.length; i++) {
                back[(int) order[i]] = i;
            }
            v.set(0, g.mul(others.permute(back).conj()));
        }
    }

    /** The largest (or smallest) element; equal ones share the gradient. */
    private abstract static class Extreme extends Reduce {
        Extreme(String name, Combine combine) {
            super(name, combine, Saves.ALL);
        }

        @Override
        protected final boolean ordered() {
            return true;
        }

        @Override
        protected DType resultType(DType in) {
            if (in.isComplex()) {
                throw CressetException.unsupported(name() + ": complex numbers have no order");
            }
            return in;
        }

        @Override
        protected void check(Shape in, long count) {
            if (count == 0) {
                throw CressetException.index(name() + ": no elements to choose from in shape " + in
                        + "; the reduced dimensions must not be empty");
            }
        }

        @Override
        protected void vjp(Vjp v) {
            Axes a = (Axes) v.attrs();
            Tensor x = v.input(0);
            Tensor y = restore(v.output(0), a, x.shape());
            Tensor hit = x.eq(y).bitwiseOr(x.isnan().bitwiseAnd(y.isnan())).to(x.dtype());
            long[] dims = new long[Long.bitCount(a.mask())];
            int k = 0;
            for (int d = 0; d < x.dim(); d++) {
                if (a.has(d)) {
                    dims[k++] = d;
                }
            }
            Tensor share = dims.length == 0 ? hit : hit.div(hit.sum(dims, true));
            v.set(0, restore(v.grad(), a, x.shape()).mul(share));
        }
    }

    /** The largest element. */
    public static final class Amax extends Extreme {
        public static final Amax OP = new Amax();

        private Amax() {
            super("amax", Combine.MAX);
        }
    }

    /** The smallest element. */
    public static final class Amin extends Extreme {
        public static final Amin OP = new Amin();

        private Amin() {
            super("amin", Combine.MIN);
        }
    }

    private abstract static class Truth extends Reduce {
        private final boolean ofNothing;

        Truth(String name, Combine combine, boolean ofNothing) {
            super(name, combine, Saves.NOTHING);
            this.ofNothing = ofNothing;
        }

        @Override
        protected double ofNothing() {
            return ofNothing ? 1 : 0;
        }

        @Override
        protected DType resultType(DType in) {
            return in == DType.UINT8 ? DType.UINT8 : DType.BOOL;
        }

        @Override
        protected DType computeType(DType in, DType result) {
            return in.isFloat() ? in : DType.INT64;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.number(l.ne(x, l.zero()));
        }

        @Override
        public boolean differentiable(int output) {
            return false;
        }

        @Override
        protected void vjp(Vjp v) {
            v.none();
        }
    }

    /** Whether all elements are true. */
    public static final class All extends Truth {
        public static final All OP = new All();

        private All() {
            super("all", Combine.MIN, true);
        }
    }

    /** Whether any element is true. */
    public static final class Any extends Truth {
        public static final Any OP = new Any();

        private Any() {
            super("any", Combine.MAX, false);
        }
    }
}
