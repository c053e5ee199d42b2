package org.cresset.op;

import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/** Degrees, radians, and the sine over its argument. */
public final class Angles {
    private static final double DEGREE = Math.PI / 180;

    private Angles() {}

    /** Degrees to radians. */
    public static final class Deg2rad extends Unary {
        public static final Deg2rad OP = new Deg2rad();

        private Deg2rad() {
            super("deg2rad", Promotion.TO_FLOAT, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(x, l.constant(DEGREE));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Tensor.number(DEGREE);
        }
    }

    /** Radians to degrees. */
    public static final class Rad2deg extends Unary {
        public static final Rad2deg OP = new Rad2deg();

        private Rad2deg() {
            super("rad2deg", Promotion.TO_FLOAT, Saves.NOTHING);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(x, l.constant(1 / DEGREE));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Tensor.number(1 / DEGREE);
        }
    }

    /** sin(pi x) / (pi x), 1 at 0. */
    public static final class Sinc extends Unary {
        public static final Sinc OP = new Sinc();

        private Sinc() {
            super("sinc", Promotion.TO_FLOAT, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            V p = l.mul(x, l.constant(Math.PI));
            return l.select(l.eq(x, l.zero()), l.one(), l.div(LaneMath.sin(l, p), p));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            Tensor zero = x.eq(0);
            Tensor safe = Tensor.where(zero, Tensor.number(1).to(x.dtype()), x);
            Tensor p = safe.mul(Math.PI);
            Tensor d = p.mul(p.cos()).sub(p.sin()).div(p.mul(safe));
            return Tensor.where(zero, Tensor.number(0).to(d.dtype()), d);
        }

        @Override
        protected ComplexFunction complex() {
            return (x, out) -> {
                if (x[0] == 0 && x[1] == 0) {
                    out[0] = 1;
                    out[1] = 0;
                    return;
                }
                double[] p = {Math.PI * x[0], Math.PI * x[1], Math.PI * x[0], Math.PI * x[1]};
                ComplexMath.sin(p, out);
                p[0] = out[0];
                p[1] = out[1];
                ComplexMath.div(p, out);
            };
        }
    }
}
