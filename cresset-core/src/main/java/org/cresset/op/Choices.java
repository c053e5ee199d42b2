package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Pairs of numbers of which one is taken, steps, and divisors. */
public final class Choices {
    private Choices() {}

    /** The larger, or the one that is a number. */
    public static final class Fmax extends Binary {
        public static final Fmax OP = new Fmax();

        private Fmax() {
            super("fmax", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.select(l.isNan(b), a, l.select(l.isNan(a), b, l.max(a, b)));
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            Tensor first = a.ge(b).logicalOr(b.isnan());
            return (i == 0 ? first : first.logicalNot()).to(y == null ? a.dtype() : y.dtype());
        }
    }

    /** The smaller, or the one that is a number. */
    public static final class Fmin extends Binary {
        public static final Fmin OP = new Fmin();

        private Fmin() {
            super("fmin", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.select(l.isNan(b), a, l.select(l.isNan(a), b, l.min(a, b)));
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            Tensor first = a.le(b).logicalOr(b.isnan());
            return (i == 0 ? first : first.logicalNot()).to(y == null ? a.dtype() : y.dtype());
        }
    }

    /** 0 for negative numbers, 1 for positive ones, the second operand at 0. */
    public static final class Heaviside extends Binary {
        public static final Heaviside OP = new Heaviside();

        private Heaviside() {
            super("heaviside", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V step = l.number(l.lt(l.zero(), a));
            return l.select(l.eq(a, l.zero()), b, step);
        }

        @Override
        protected DType computeType(@Nullable Tensor[] in) {
            if (in[0].dtype() != in[1].dtype()) {
                throw CressetException.runtime("heaviside: operands of " + in[0].dtype() + " and " + in[1].dtype()
                        + "; expected one dtype for both");
            }
            return super.computeType(in);
        }

        @Override
        public boolean differentiable(int output) {
            return false;
        }
    }

    private abstract static class Whole extends Binary {
        private final String function;

        Whole(String name) {
            super(name, Promotion.INTEGER_ONLY, Saves.NOTHING);
            function = name;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return LaneMath.call(l, new Lanes.Function(IntegerMath.class, function), a, b);
        }

        @Override
        protected DType computeType(@Nullable Tensor[] in) {
            DType t = super.computeType(in);
            if (t == DType.BOOL) {
                throw CressetException.unsupported(name() + ": does not exist for bool");
            }
            return t;
        }
    }

    /** The greatest common divisor. */
    public static final class Gcd extends Whole {
        public static final Gcd OP = new Gcd();

        private Gcd() {
            super("gcd");
        }
    }

    /** The least common multiple. */
    public static final class Lcm extends Whole {
        public static final Lcm OP = new Lcm();

        private Lcm() {
            super("lcm");
        }
    }
}
