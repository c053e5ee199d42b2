package org.cresset.op;

import org.cresset.emit.ComplexBodies;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;

/** Questions answered for each element by true or false. */
public final class Comparisons {
    private Comparisons() {}

    /** a == b. */
    public static final class Eq extends Binary {
        public static final Eq OP = new Eq();

        private Eq() {
            super("eq", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.eq(a, b);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::eq;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::eq);
        }
    }

    /** a != b. */
    public static final class Ne extends Binary {
        public static final Ne OP = new Ne();

        private Ne() {
            super("ne", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.ne(a, b);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::ne;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::ne);
        }
    }

    /** a < b. */
    public static final class Lt extends Binary {
        public static final Lt OP = new Lt();

        private Lt() {
            super("lt", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.lt(a, b);
        }
    }

    /** a <= b. */
    public static final class Le extends Binary {
        public static final Le OP = new Le();

        private Le() {
            super("le", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.le(a, b);
        }
    }

    /** a > b. */
    public static final class Gt extends Binary {
        public static final Gt OP = new Gt();

        private Gt() {
            super("gt", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.gt(a, b);
        }
    }

    /** a >= b. */
    public static final class Ge extends Binary {
        public static final Ge OP = new Ge();

        private Ge() {
            super("ge", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.ge(a, b);
        }
    }

    /** Both are true. */
    public static final class LogicalAnd extends Binary {
        public static final LogicalAnd OP = new LogicalAnd();

        private LogicalAnd() {
            super("logical_and", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.both(l.ne(a, l.zero()), l.ne(b, l.zero()));
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::both;
        }
    }

    /** Either is true. */
    public static final class LogicalOr extends Binary {
        public static final LogicalOr OP = new LogicalOr();

        private LogicalOr() {
            super("logical_or", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.either(l.ne(a, l.zero()), l.ne(b, l.zero()));
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::either;
        }
    }

    /** One is true. */
    public static final class LogicalXor extends Binary {
        public static final LogicalXor OP = new LogicalXor();

        private LogicalXor() {
            super("logical_xor", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V p = l.ne(a, l.zero());
            V q = l.ne(b, l.zero());
            return l.both(l.either(p, q), l.not(l.both(p, q)));
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::oneOf;
        }
    }

    /** Is zero. */
    public static final class LogicalNot extends Unary {
        public static final LogicalNot OP = new LogicalNot();

        private LogicalNot() {
            super("logical_not", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.eq(x, l.zero());
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::isZero;
        }
    }

    /** Is not a number. */
    public static final class IsNan extends Unary {
        public static final IsNan OP = new IsNan();

        private IsNan() {
            super("isnan", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.isNan(x);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::isNan;
        }
    }

    /** Is infinite. */
    public static final class IsInf extends Unary {
        public static final IsInf OP = new IsInf();

        private IsInf() {
            super("isinf", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.type().isFloat() ? l.eq(l.abs(x), l.constant(Double.POSITIVE_INFINITY)) : l.lt(x, x);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::isInf;
        }
    }

    /** Is neither infinite nor NaN. */
    public static final class IsFinite extends Unary {
        public static final IsFinite OP = new IsFinite();

        private IsFinite() {
            super("isfinite", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.type().isFloat() ? l.lt(l.abs(x), l.constant(Double.POSITIVE_INFINITY)) : l.eq(x, x);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::isFinite;
        }
    }

    /** Is positive infinity. */
    public static final class IsPosInf extends Unary {
        public static final IsPosInf OP = new IsPosInf();

        private IsPosInf() {
            super("isposinf", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.type().isFloat() ? l.eq(x, l.constant(Double.POSITIVE_INFINITY)) : l.lt(x, x);
        }
    }

    /** Is negative infinity. */
    public static final class IsNegInf extends Unary {
        public static final IsNegInf OP = new IsNegInf();

        private IsNegInf() {
            super("isneginf", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.type().isFloat() ? l.eq(x, l.constant(Double.NEGATIVE_INFINITY)) : l.lt(x, x);
        }
    }

    /** Is negative, -0 included. */
    public static final class SignBit extends Unary {
        public static final SignBit OP = new SignBit();

        private SignBit() {
            super("signbit", Promotion.TO_BOOL, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.type().isFloat() ? l.lt(l.copySign(l.one(), x), l.zero()) : l.lt(x, l.zero());
        }
    }
}
