package org.cresset.op;

import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/** Functions of one number that leave out its fraction, where the derivative is zero, or all else. */
public final class Rounding {
    private Rounding() {}

    /** Rounded down. */
    public static final class Floor extends Unary {
        public static final Floor OP = new Floor();

        private Floor() {
            super("floor", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.floor(x);
        }
    }

    /** Rounded up. */
    public static final class Ceil extends Unary {
        public static final Ceil OP = new Ceil();

        private Ceil() {
            super("ceil", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.ceil(x);
        }
    }

    /** Rounded towards zero. */
    public static final class Trunc extends Unary {
        public static final Trunc OP = new Trunc();

        private Trunc() {
            super("trunc", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.trunc(x);
        }
    }

    /** What rounding towards zero leaves. */
    public static final class Frac extends Unary {
        public static final Frac OP = new Frac();

        private Frac() {
            super("frac", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.sub(x, l.trunc(x));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partial.ONE;
        }
    }

    /** Rounded to the nearest integer, ties to even. */
    public static final class Round extends Unary {
        public static final Round OP = new Round();

        private Round() {
            super("round", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.rint(x);
        }
    }
}
