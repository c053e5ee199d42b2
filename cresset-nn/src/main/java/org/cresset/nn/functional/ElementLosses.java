package org.cresset.nn.functional;

import java.util.List;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.op.Binary;
import org.cresset.op.Precision;
import org.cresset.op.Promotion;
import org.cresset.op.Saves;
import org.cresset.tensor.Tensor;

/**
 * Losses of one prediction and one target each, as single loops: composed from tensor operations, each of them would read and
 * write memory several times, and half precision would round several times.
 */
final class ElementLosses {
    private ElementLosses() {}

    /** (x - t)^2. */
    static final class SquaredError extends Binary {
        static final SquaredError OP = new SquaredError();

        private SquaredError() {
            super("mse_loss", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t) {
            V d = l.sub(x, t);
            return l.mul(d, d);
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor t, Tensor y) {
            return (i == 0 ? x.sub(t) : t.sub(x)).mul(2);
        }
    }

    /** (x - t)^2 / (2 beta) where |x - t| is less than beta, else |x - t| - beta / 2. */
    static final class SmoothL1 extends Binary {
        static final SmoothL1 OP = new SmoothL1();

        private SmoothL1() {
            super("smooth_l1_loss", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t, List<V> numbers) {
            V beta = numbers.getFirst();
            V half = l.constant(0.5);
            V z = l.abs(l.sub(x, t));
            return l.select(l.lt(z, beta), l.div(l.mul(half, l.mul(z, z)), beta), l.sub(z, l.mul(half, beta)));
        }

        @Override
        protected Tensor derivative(int i, Object attrs, Tensor x, Tensor t, Tensor y) {
            Tensor d = i == 0 ? x.sub(t) : t.sub(x);
            return d.div(((One) attrs).a()).clamp(-1.0, 1.0);
        }
    }

    /** (x - t)^2 / 2 where |x - t| is at most delta, else delta (|x - t| - delta / 2). */
    static final class Huber extends Binary {
        static final Huber OP = new Huber();

        private Huber() {
            super("huber_loss", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t, List<V> numbers) {
            V delta = numbers.getFirst();
            V half = l.constant(0.5);
            V z = l.abs(l.sub(x, t));
            return l.select(l.le(z, delta), l.mul(half, l.mul(z, z)), l.mul(delta, l.sub(z, l.mul(half, delta))));
        }

        @Override
        protected Tensor derivative(int i, Object attrs, Tensor x, Tensor t, Tensor y) {
            double delta = ((One) attrs).a();
            return (i == 0 ? x.sub(t) : t.sub(x)).clamp(-delta, delta);
        }
    }

    /** -(t log(x) + (1 - t) log(1 - x)), the logarithms not less than -100. */
    static final class BinaryCrossEntropy extends Binary {
        static final BinaryCrossEntropy OP = new BinaryCrossEntropy();

        private BinaryCrossEntropy() {
            super("binary_cross_entropy", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t) {
            V floor = l.constant(-100.0);
            V hit = l.max(LaneMath.log(l, x), floor);
            V miss = l.max(LaneMath.log1p(l, l.neg(x)), floor);
            return l.sub(l.mul(l.sub(t, l.one()), miss), l.mul(t, hit));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor t, Tensor y) {
            Tensor rest = x.neg().add(1);
            if (i == 0) {
                // The bound keeps the derivative finite at 0 and 1, where the value is held at 100.
                return x.sub(t).div(rest.mul(x).clamp(1e-12, null));
            }
            return rest.log().sub(x.log());
        }
    }

    /** -(t log(sigmoid(x)) + (1 - t) log(1 - sigmoid(x))), without overflow. */
    static final class LogitCrossEntropy extends Binary {
        static final LogitCrossEntropy OP = new LogitCrossEntropy();

        private LogitCrossEntropy() {
            super("binary_cross_entropy_with_logits", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t) {
            return l.sub(LaneMath.softplus(l, x), l.mul(x, t));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor t, Tensor y) {
            return i == 0 ? x.sigmoid().sub(t) : x.neg();
        }
    }

    /** t (log(t) - x), 0 where t is 0. */
    static final class Divergence extends Binary {
        static final Divergence OP = new Divergence();

        private Divergence() {
            super("kl_div", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t) {
            V entropy = l.select(l.eq(t, l.zero()), l.zero(), l.mul(t, LaneMath.log(l, t)));
            return l.sub(entropy, l.mul(t, x));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor t, Tensor y) {
            return i == 0 ? t.neg() : t.log().add(1).sub(x);
        }
    }

    /** e^t (t - x). */
    static final class LogDivergence extends Binary {
        static final LogDivergence OP = new LogDivergence();

        private LogDivergence() {
            super("kl_div_log_target", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        public Precision precision(Object attrs) {
            return Precision.FULL;
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, V t) {
            return l.mul(LaneMath.exp(l, t), l.sub(t, x));
        }

        @Override
        protected Tensor derivative(int i, Tensor x, Tensor t, Tensor y) {
            Tensor e = t.exp();
            return i == 0 ? e.neg() : e.mul(t.add(1).sub(x));
        }
    }
}
