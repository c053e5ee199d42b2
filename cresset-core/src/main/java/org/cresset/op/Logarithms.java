package org.cresset.op;

import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/** Products with logarithms, and logarithms of sums of exponentials. */
public final class Logarithms {
    private Logarithms() {}

    /** -x log(x); 0 at 0, -infinity below. */
    public static final class Entr extends Unary {
        public static final Entr OP = new Entr();

        private Entr() {
            super("special_entr", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            V y = l.neg(l.mul(x, LaneMath.log(l, x)));
            y = l.select(l.eq(x, l.zero()), l.zero(), y);
            return l.select(l.lt(x, l.zero()), l.constant(Double.NEGATIVE_INFINITY), y);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.log().add(1).neg();
        }
    }

    /** a log(b); 0 where a is 0, unless b is NaN. */
    public static final class Xlogy extends Binary {
        public static final Xlogy OP = new Xlogy();

        private Xlogy() {
            super("xlogy", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V y = l.select(l.eq(a, l.zero()), l.zero(), l.mul(a, LaneMath.log(l, b)));
            return l.select(l.isNan(b), b, y);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            if (i == 1) {
                return a.div(b);
            }
            // where a is 0 so is the product, whatever b at most 0 is
            Tensor flat = a.eq(0).logicalAnd(b.le(0));
            Tensor log = b.log();
            return Tensor.where(flat, Tensor.number(0).to(log.dtype()), log);
        }
    }

    /** a log(1 + b); 0 where a is 0, unless b is NaN. */
    public static final class Xlog1py extends Binary {
        public static final Xlog1py OP = new Xlog1py();

        private Xlog1py() {
            super("special_xlog1py", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V y = l.select(l.eq(a, l.zero()), l.zero(), l.mul(a, LaneMath.log1p(l, b)));
            return l.select(l.isNan(b), b, y);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            if (i == 1) {
                return a.div(b.add(1));
            }
            Tensor flat = a.eq(0).logicalAnd(b.le(-1));
            Tensor log = b.log1p();
            return Tensor.where(flat, Tensor.number(0).to(log.dtype()), log);
        }
    }

    private static <V> V larger(Lanes<V> l, V a, V b) {
        return l.select(l.lt(a, b), b, a);
    }

    /** log(e^a + e^b). */
    public static final class Logaddexp extends Binary {
        public static final Logaddexp OP = new Logaddexp();

        private Logaddexp() {
            super("logaddexp", Promotion.FLOAT_ONLY, Saves.ALL);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V far = l.neg(l.abs(l.sub(a, b)));
            V y = l.add(larger(l, a, b), LaneMath.log1pExpOfNegative(l, far));
            // equal infinities, whose difference is NaN
            return l.select(l.both(l.eq(a, b), l.isNan(far)), a, y);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return a.dtype().isComplex() || b.dtype().isComplex()
                    ? LogSums.share(i == 0 ? a : b, y)
                    : (i == 0 ? a.sub(b) : b.sub(a)).sigmoid();
        }

        @Override
        protected ComplexFunction complex() {
            return LogSums::add;
        }
    }

    /** e^(x - y), where x is the logarithm of one term and y that of a sum; 1 where both are the same infinity. */
    static final class Share extends Binary {
        static final Share OP = new Share();

        private Share() {
            super("log_share", Promotion.FLOAT_ONLY, Saves.ALL);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V y) {
            return LaneMath.exp(l, l.select(l.eq(x, y), l.zero(), l.sub(x, y)));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor y, Tensor share) {
            return i == 0 ? share : share.neg();
        }
    }

    /** log2(2^a + 2^b). */
    public static final class Logaddexp2 extends Binary {
        public static final Logaddexp2 OP = new Logaddexp2();

        private Logaddexp2() {
            super("logaddexp2", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V far = l.neg(l.abs(l.sub(a, b)));
            V log = LaneMath.log1pExpOfNegative(l, l.mul(far, l.constant(0.69314718055994530942)));
            V y = l.fma(log, l.constant(1.4426950408889634074), larger(l, a, b));
            return l.select(l.both(l.eq(a, b), l.isNan(far)), a, y);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            Tensor d = i == 0 ? b.sub(a) : a.sub(b);
            return d.exp2().add(1).reciprocal();
        }
    }
}
