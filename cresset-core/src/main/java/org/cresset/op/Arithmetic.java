package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.ComplexBodies;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Sums, products, quotients and what belongs to them. */
public final class Arithmetic {
    private Arithmetic() {}

    /** a + b; of bools whether either is true. */
    public static final class Add extends Binary {
        public static final Add OP = new Add();

        private Add() {
            super("add", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.add(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partial.ONE : Partial.ONE;
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::add;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F32, ComplexBodies::add);
        }
    }

    /** a - b. */
    public static final class Sub extends Binary {
        public static final Sub OP = new Sub();

        private Sub() {
            super("sub", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.sub(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partial.ONE : Tensor.number(-1);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::sub;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F32, ComplexBodies::sub);
        }

        @Override
        protected DType computeType(@Nullable Tensor[] in) {
            DType t = super.computeType(in);
            if (t == DType.BOOL) {
                throw CressetException.runtime(
                        "sub: bool tensors can't be subtracted; use logicalXor, or logicalNot to invert");
            }
            return t;
        }
    }

    /** a * b. */
    public static final class Mul extends Binary {
        public static final Mul OP = new Mul();

        private Mul() {
            super("mul", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.mul(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? b : a;
        }

        @Override
        boolean widensDerivative() {
            return false; // a product is as good in its own precision
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::mul;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F32, ComplexBodies::mul);
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return needs[1 - i];
        }
    }

    /** a / b. */
    public static final class Div extends Binary {
        public static final Div OP = new Div();

        private Div() {
            super("div", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.div(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? b.reciprocal() : a.div(b).div(b).neg();
        }

        @Override
        protected Tensor pullback(int i, Tensor gradient, Tensor a, Tensor b) {
            return i == 0
                    ? gradient.div(b.conj()) // the reciprocal of an integer would be rounded to float32
                    : gradient.mul(a.conj().div(b.conj()).div(b.conj()).neg());
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::div;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::div);
        }

        @Override
        public boolean savesInput(int i, boolean[] needs) {
            return i == 1 || needs[1];
        }
    }

    /** The quotient rounded down. */
    public static final class FloorDivide extends Binary {
        public static final FloorDivide OP = new FloorDivide();

        private FloorDivide() {
            super("floor_divide", Promotion.BOOL_TO_LONG, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return LaneMath.floorDivide(l, a, b);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        public boolean differentiable(int output) {
            return false;
        }
    }

    /** The quotient rounded towards zero. */
    public static final class TruncDivide extends Binary {
        public static final TruncDivide OP = new TruncDivide();

        private TruncDivide() {
            super("trunc_divide", Promotion.BOOL_TO_LONG, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            V q = l.div(a, b);
            return l.trunc(q);
        }

        @Override
        public boolean differentiable(int output) {
            return false;
        }
    }

    /** The remainder with the sign of the divisor. */
    public static final class Remainder extends Binary {
        public static final Remainder OP = new Remainder();

        private Remainder() {
            super("remainder", Promotion.BOOL_TO_LONG, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return LaneMath.remainder(l, a, b);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partial.ONE : a.div(b, "floor").neg();
        }
    }

    /** The remainder with the sign of the dividend. */
    public static final class Fmod extends Binary {
        public static final Fmod OP = new Fmod();

        private Fmod() {
            super("fmod", Promotion.BOOL_TO_LONG, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return LaneMath.fmod(l, a, b);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partial.ONE : a.div(b, "trunc").neg();
        }
    }

    /** The larger; NaN if either is. */
    public static final class Maximum extends Binary {
        public static final Maximum OP = new Maximum();

        private Maximum() {
            super("maximum", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.max(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partials.larger(a, b) : Partials.larger(b, a);
        }
    }

    /** The smaller; NaN if either is. */
    public static final class Minimum extends Binary {
        public static final Minimum OP = new Minimum();

        private Minimum() {
            super("minimum", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.min(a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partials.larger(b, a) : Partials.larger(a, b);
        }
    }

    /** -x. */
    public static final class Neg extends Unary {
        public static final Neg OP = new Neg();

        private Neg() {
            super("neg", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.neg(x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Tensor.number(-1);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::neg;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F32, ComplexBodies::neg);
        }

        @Override
        protected DType computeType(@Nullable Tensor[] in) {
            DType t = super.computeType(in);
            if (t == DType.BOOL) {
                throw CressetException.runtime("neg: a bool tensor has no negative; use logicalNot");
            }
            return t;
        }
    }

    /** The magnitude. */
    public static final class Abs extends Unary {
        public static final Abs OP = new Abs();

        private Abs() {
            super("abs", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.abs(x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.sgn().conj();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::abs;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::abs);
        }

        @Override
        protected DType resultType(DType compute) {
            return compute.real();
        }
    }

    /** -1, 0 or 1. */
    public static final class Sign extends Unary {
        public static final Sign OP = new Sign();

        private Sign() {
            super("sign", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            V minus = l.select(l.lt(x, l.zero()), l.neg(l.one()), l.zero());
            return l.select(l.lt(l.zero(), x), l.one(), l.select(l.isNan(x), l.zero(), minus));
        }
    }

    /** 1 / x. */
    public static final class Reciprocal extends Unary {
        public static final Reciprocal OP = new Reciprocal();

        private Reciprocal() {
            super("reciprocal", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.div(l.one(), x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(y).neg();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::reciprocal;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::reciprocal);
        }
    }

    /** The complex conjugate; a real tensor as it is. */
    public static final class Conj extends Unary {
        public static final Conj OP = new Conj();

        private Conj() {
            super("conj", Promotion.COMMON, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return x;
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partial.ONE;
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::conj;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F32, ComplexBodies::conj);
        }

        @Override
        protected void vjp(Vjp v) {
            v.set(0, v.grad().conj());
        }

        @Override
        public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
            return new Tensor[] {tangents[0].conj()};
        }
    }

    /** Bits set in both. */
    public static final class BitwiseAnd extends Binary {
        public static final BitwiseAnd OP = new BitwiseAnd();

        private BitwiseAnd() {
            super("bitwise_and", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.and(a, b);
        }
    }

    /** Bits set in either. */
    public static final class BitwiseOr extends Binary {
        public static final BitwiseOr OP = new BitwiseOr();

        private BitwiseOr() {
            super("bitwise_or", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.or(a, b);
        }
    }

    /** Bits set in one. */
    public static final class BitwiseXor extends Binary {
        public static final BitwiseXor OP = new BitwiseXor();

        private BitwiseXor() {
            super("bitwise_xor", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.xor(a, b);
        }
    }

    /** a * 2^b. */
    public static final class ShiftLeft extends Binary {
        public static final ShiftLeft OP = new ShiftLeft();

        private ShiftLeft() {
            super("bitwise_left_shift", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.shl(a, b);
        }
    }

    /** a / 2^b, rounded down. */
    public static final class ShiftRight extends Binary {
        public static final ShiftRight OP = new ShiftRight();

        private ShiftRight() {
            super("bitwise_right_shift", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.shr(a, b);
        }
    }

    /** Bits that are not set; of bools the opposite. */
    public static final class BitwiseNot extends Unary {
        public static final BitwiseNot OP = new BitwiseNot();

        private BitwiseNot() {
            super("bitwise_not", Promotion.INTEGER_ONLY, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.xor(x, l.constant(-1L));
        }
    }
}
