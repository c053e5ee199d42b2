package org.cresset.op;

import org.cresset.emit.ComplexBodies;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Trigonometry;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Powers and angles of two arguments. */
public final class Powers {
    private Powers() {}

    /** a to the power b. */
    public static final class Pow extends Binary {
        public static final Pow OP = new Pow();

        private Pow() {
            super("pow", Promotion.COMMON, Saves.ALL);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.type().isFloat()
                    ? LaneMath.pow(l, a, b)
                    : LaneMath.call(l, new Lanes.Function(IntegerMath.class, "pow"), a, b);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partials.ofBase(a, b) : Partials.ofExponent(a, b, y);
        }

        @Override
        protected ComplexFunction complex() {
            return ComplexMath::pow;
        }

        @Override
        protected ComplexLanes complexLanes() {
            return new ComplexLanes(LaneType.F64, ComplexBodies::pow);
        }
    }

    /** x^3. */
    public static final class Cube extends Unary {
        public static final Cube OP = new Cube();

        private Cube() {
            super("cube", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(l.mul(x, x), x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.mul(x).mul(3);
        }
    }

    /** x^-2. */
    public static final class InverseSquare extends Unary {
        public static final InverseSquare OP = new InverseSquare();

        private InverseSquare() {
            super("inverse_square", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.div(l.one(), l.mul(x, x));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.pow(-3).mul(-2);
        }
    }

    /** The angle of the point (b, a). */
    public static final class Atan2 extends Binary {
        public static final Atan2 OP = new Atan2();

        private Atan2() {
            super("atan2", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return Trigonometry.atan2(l, a, b);
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? b.div(a.mul(a).add(b.mul(b))) : a.neg().div(a.mul(a).add(b.mul(b)));
        }
    }

    /** sqrt(a^2 + b^2) without overflow. */
    public static final class Hypot extends Binary {
        public static final Hypot OP = new Hypot();

        private Hypot() {
            super("hypot", Promotion.FLOAT_ONLY, Saves.ALL);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return Trigonometry.hypot(l, a, b);
        }

        @Override
        protected boolean inDouble() {
            return true;
        }

        @Override
        protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? a.div(y) : b.div(y);
        }
    }

    /** The magnitude of a with the sign of b. */
    public static final class CopySign extends Binary {
        public static final CopySign OP = new CopySign();

        private CopySign() {
            super("copysign", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V a, V b) {
            return l.copySign(a, b);
        }

        @Override
        protected @Nullable Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
            return i == 0 ? Partials.copySign(a, b) : null;
        }
    }
}
