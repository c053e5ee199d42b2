package org.cresset.op;

import java.util.List;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Sums with weights, in one pass or two instead of one for each operation. */
public final class Mixing {
    private Mixing() {}

    /** a + w (b - a), from that of both ends which is nearer. */
    public static final class Lerp extends Ternary {
        public static final Lerp OP = new Lerp();

        private Lerp() {
            super("lerp", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b, V w) {
            if (!l.type().isFloat()) {
                return l.add(a, l.mul(w, l.sub(b, a)));
            }
            V d = l.sub(b, a);
            V near = l.lt(l.abs(w), l.constant(0.5));
            return l.select(near, l.add(a, l.mul(w, d)), l.sub(b, l.mul(d, l.sub(l.one(), w))));
        }

        @Override
        protected @Nullable Tensor derivative(int i, @Nullable Tensor[] in, @Nullable Tensor y) {
            return switch (i) {
                case 0 -> in[2].neg().add(1);
                case 1 -> in[2];
                default -> in[1].sub(in[0]);
            };
        }
    }

    /** A number times a times b. */
    static final class ScaledProduct extends Binary {
        static final ScaledProduct OP = new ScaledProduct();

        private ScaledProduct() {
            super("scaled_product", Promotion.COMMON, Saves.INPUTS, 1);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b, List<V> numbers) {
            return l.mul(l.mul(numbers.getFirst(), a), b);
        }

        @Override
        protected Tensor derivative(int i, Object attrs, Tensor a, Tensor b, Tensor y) {
            return (i == 0 ? b : a).mul(((One) attrs).a());
        }
    }

    /** A number times a, by b. */
    public static final class ScaledQuotient extends Binary {
        public static final ScaledQuotient OP = new ScaledQuotient();

        private ScaledQuotient() {
            super("scaled_quotient", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b, List<V> numbers) {
            return l.div(l.mul(numbers.getFirst(), a), b);
        }

        @Override
        protected Tensor derivative(int i, Object attrs, Tensor a, Tensor b, Tensor y) {
            double value = ((One) attrs).a();
            return i == 0 ? b.reciprocal().mul(value) : a.div(b).div(b).mul(-value);
        }
    }

    /** a + b c, rounded twice, as one operation after the other would. */
    static final class PlusProduct extends Ternary {
        static final PlusProduct OP = new PlusProduct();

        private PlusProduct() {
            super("plus_product", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b, V c) {
            return l.add(a, l.mul(b, c));
        }

        @Override
        protected Tensor derivative(int i, @Nullable Tensor[] in, @Nullable Tensor y) {
            return i == 0 ? Partial.ONE : in[3 - i];
        }
    }

    /** a + b / c, rounded twice. */
    static final class PlusQuotient extends Ternary {
        static final PlusQuotient OP = new PlusQuotient();

        private PlusQuotient() {
            super("plus_quotient", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b, V c) {
            return l.add(a, l.div(b, c));
        }

        @Override
        protected Tensor derivative(int i, @Nullable Tensor[] in, @Nullable Tensor y) {
            return i == 0
                    ? Partial.ONE
                    : i == 1 ? in[2].reciprocal() : in[1].div(in[2]).div(in[2]).neg();
        }
    }

    /** x where positive, else w x (He et al. 2015). */
    public static final class Prelu extends Binary {
        public static final Prelu OP = new Prelu();

        private Prelu() {
            super("prelu", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V w) {
            return l.select(l.lt(l.zero(), x), x, l.mul(w, x));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor w, Tensor y) {
            return i == 0
                    ? Tensor.where(x.gt(0), Tensor.number(1).to(x.dtype()), w)
                    : Tensor.where(x.gt(0), Tensor.number(0).to(x.dtype()), x);
        }
    }

    /** x with 0 for NaN and two numbers for the infinities, the positive one first. */
    public static final class NanToNum extends Unary {
        public static final NanToNum OP = new NanToNum();

        private NanToNum() {
            super("nan_to_num", Promotion.FLOAT_ONLY, Saves.INPUTS, 2);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            V y = l.select(l.eq(x, l.constant(Double.POSITIVE_INFINITY)), numbers.get(0), x);
            y = l.select(l.eq(x, l.constant(Double.NEGATIVE_INFINITY)), numbers.get(1), y);
            return l.select(l.eq(x, x), y, l.zero());
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return x.isfinite().to(x.dtype());
        }
    }
}
