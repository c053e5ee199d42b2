package org.cresset.op;

import org.cresset.emit.ComplexBodies;
import org.cresset.emit.ErrorLanes;
import org.cresset.emit.Hyperbolic;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Trigonometry;
import org.cresset.tensor.Tensor;

/** Functions of one real or complex number. */
public final class Functions {
    private Functions() {}

    /** The exponential of each element. */
    public static final class Exp extends Unary {
        public static final Exp OP = new Exp();

        private Exp() {
            super("exp", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.exp(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y;
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::exp;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::exp);
        }
    }

    /** 2^x. */
    public static final class Exp2 extends Unary {
        public static final Exp2 OP = new Exp2();

        private Exp2() {
            super("exp2", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.exp2(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(0.6931471805599453);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::exp2;
        }
    }

    /** e^x - 1. */
    public static final class Expm1 extends Unary {
        public static final Expm1 OP = new Expm1();

        private Expm1() {
            super("expm1", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.expm1(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.add(1);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::expm1;
        }
    }

    /** The natural logarithm. */
    public static final class Log extends Unary {
        public static final Log OP = new Log();

        private Log() {
            super("log", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.log(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::log;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::log);
        }
    }

    /** The base-2 logarithm. */
    public static final class Log2 extends Unary {
        public static final Log2 OP = new Log2();

        private Log2() {
            super("log2", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.log2(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(0.6931471805599453).reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::log2;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::log2);
        }
    }

    /** The base-10 logarithm. */
    public static final class Log10 extends Unary {
        public static final Log10 OP = new Log10();

        private Log10() {
            super("log10", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.log10(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(2.302585092994046).reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::log10;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::log10);
        }
    }

    /** log(1 + x). */
    public static final class Log1p extends Unary {
        public static final Log1p OP = new Log1p();

        private Log1p() {
            super("log1p", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.log1p(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.add(1).reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::log1p;
        }
    }

    /** The square root. */
    public static final class Sqrt extends Unary {
        public static final Sqrt OP = new Sqrt();

        private Sqrt() {
            super("sqrt", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.sqrt(x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.reciprocal().mul(0.5);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::sqrt;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::sqrt);
        }
    }

    /** 1 / sqrt(x). */
    public static final class Rsqrt extends Unary {
        public static final Rsqrt OP = new Rsqrt();

        private Rsqrt() {
            super("rsqrt", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.div(l.one(), l.sqrt(x));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(y).mul(y).mul(-0.5);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::rsqrt;
        }
    }

    /** The sine. */
    public static final class Sin extends Unary {
        public static final Sin OP = new Sin();

        private Sin() {
            super("sin", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.sin(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.cos();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::sin;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::sin);
        }
    }

    /** The cosine. */
    public static final class Cos extends Unary {
        public static final Cos OP = new Cos();

        private Cos() {
            super("cos", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.cos(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.sin().neg();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::cos;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::cos);
        }
    }

    /** The tangent. */
    public static final class Tan extends Unary {
        public static final Tan OP = new Tan();

        private Tan() {
            super("tan", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Trigonometry.tan(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(y).add(1);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::tan;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::tan);
        }
    }

    /** The arc sine. */
    public static final class Asin extends Unary {
        public static final Asin OP = new Asin();

        private Asin() {
            super("asin", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.asin(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).neg().add(1).rsqrt();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::asin;
        }
    }

    /** The arc cosine. */
    public static final class Acos extends Unary {
        public static final Acos OP = new Acos();

        private Acos() {
            super("acos", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Trigonometry.acos(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).neg().add(1).rsqrt().neg();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::acos;
        }
    }

    /** The arc tangent. */
    public static final class Atan extends Unary {
        public static final Atan OP = new Atan();

        private Atan() {
            super("atan", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.atan(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).add(1).reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::atan;
        }
    }

    /** The hyperbolic sine. */
    public static final class Sinh extends Unary {
        public static final Sinh OP = new Sinh();

        private Sinh() {
            super("sinh", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Hyperbolic.sinh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.cosh();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::sinh;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::sinh);
        }
    }

    /** The hyperbolic cosine. */
    public static final class Cosh extends Unary {
        public static final Cosh OP = new Cosh();

        private Cosh() {
            super("cosh", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Hyperbolic.cosh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.sinh();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::cosh;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::cosh);
        }
    }

    /** The hyperbolic tangent. */
    public static final class Tanh extends Unary {
        public static final Tanh OP = new Tanh();

        private Tanh() {
            super("tanh", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.tanh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(y).neg().add(1);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::tanh;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::tanh);
        }
    }

    /** The inverse hyperbolic sine. */
    public static final class Asinh extends Unary {
        public static final Asinh OP = new Asinh();

        private Asinh() {
            super("asinh", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Hyperbolic.asinh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).add(1).rsqrt();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::asinh;
        }
    }

    /** The inverse hyperbolic cosine. */
    public static final class Acosh extends Unary {
        public static final Acosh OP = new Acosh();

        private Acosh() {
            super("acosh", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Hyperbolic.acosh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.sub(1).rsqrt().mul(x.add(1).rsqrt());
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::acosh;
        }
    }

    /** The inverse hyperbolic tangent. */
    public static final class Atanh extends Unary {
        public static final Atanh OP = new Atanh();

        private Atanh() {
            super("atanh", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return Hyperbolic.atanh(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).neg().add(1).reciprocal();
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::atanh;
        }
    }

    /** 1 / (1 + e^-x). */
    public static final class Sigmoid extends Unary {
        public static final Sigmoid OP = new Sigmoid();

        private Sigmoid() {
            super("sigmoid", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.sigmoid(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.neg().add(1).mul(y);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::sigmoid;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::sigmoid);
        }
    }

    /** The error function. */
    public static final class Erf extends Unary {
        public static final Erf OP = new Erf();

        private Erf() {
            super("erf", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return LaneMath.erf(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).neg().exp().mul(1.1283791670955126);
        }
    }

    /** 1 - erf(x), accurate where that is small. */
    public static final class Erfc extends Unary {
        public static final Erfc OP = new Erfc();

        private Erfc() {
            super("erfc", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return ErrorLanes.erfc(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).neg().exp().mul(-1.1283791670955126);
        }
    }

    /** The inverse of the error function. */
    public static final class Erfinv extends Unary {
        public static final Erfinv OP = new Erfinv();

        private Erfinv() {
            super("erfinv", Promotion.TO_FLOAT, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return ErrorLanes.erfinv(l, x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.mul(y).exp().mul(0.886226925452758);
        }
    }
}
