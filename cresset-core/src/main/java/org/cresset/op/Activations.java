package org.cresset.op;

import java.util.List;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The functions between a network's layers. */
public final class Activations {
    private Activations() {}

    /** The larger of x and 0. */
    public static final class Relu extends Unary {
        public static final Relu OP = new Relu();

        private Relu() {
            super("relu", Promotion.COMMON, Saves.OUTPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.select(l.le(x, l.zero()), l.zero(), x);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return y.gt(0).to(y.dtype());
        }

        @Override
        protected Tensor pullback(Object attrs, Tensor gradient, Tensor x, Tensor y) {
            return ReluBackward.OP.on(gradient, y);
        }
    }

    /** The gradient where relu let x through, else 0. */
    static final class ReluBackward extends Binary {
        static final ReluBackward OP = new ReluBackward();

        private ReluBackward() {
            super("relu_backward", Promotion.COMMON, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V gradient, V y) {
            return l.select(l.le(y, l.zero()), l.zero(), gradient);
        }

        @Override
        protected @Nullable Tensor derivative(int i, Tensor gradient, Tensor y, Tensor out) {
            return i == 0 ? y.gt(0).to(gradient.dtype()) : null;
        }
    }

    /** x times the normal distribution function, by its tanh form (Hendrycks, Gimpel 2016). */
    public static final class GeluTanh extends Unary {
        public static final GeluTanh OP = new GeluTanh();

        private GeluTanh() {
            super("gelu_tanh", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            // (1 + tanh(u)) / 2 is the logistic function of 2 u, which keeps its accuracy where the tangent is near -1.
            V twice = l.mul(l.constant(1.5957691216057308), l.fma(l.mul(l.mul(x, x), x), l.constant(0.044715), x));
            return l.mul(x, LaneMath.sigmoid(l, twice));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partials.geluTanh(x);
        }
    }

    /** x times the normal distribution function (Hendrycks, Gimpel 2016). */
    public static final class Gelu extends Unary {
        public static final Gelu OP = new Gelu();

        private Gelu() {
            super("gelu", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            V half = l.mul(x, l.constant(0.5));
            return l.fma(half, LaneMath.erf(l, l.mul(x, l.constant(0.7071067811865476))), half);
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partials.gelu(x);
        }
    }

    /** x sigmoid(x). */
    public static final class Silu extends Unary {
        public static final Silu OP = new Silu();

        private Silu() {
            super("silu", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(x, LaneMath.sigmoid(l, x));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partials.silu(x);
        }
    }

    /** x tanh(softplus(x)) (Misra 2019). */
    public static final class Mish extends Unary {
        public static final Mish OP = new Mish();

        private Mish() {
            super("mish", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.mul(x, LaneMath.tanh(l, LaneMath.softplus(l, x)));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partials.mish(x);
        }
    }

    /** log(sigmoid(x)). */
    public static final class LogSigmoid extends Unary {
        public static final LogSigmoid OP = new LogSigmoid();

        private LogSigmoid() {
            super("log_sigmoid", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.neg(LaneMath.softplus(l, l.neg(x)));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.neg().sigmoid();
        }
    }

    /** log(1 + e^(beta x)) / beta, x itself beyond the threshold. */
    public static final class Softplus extends Unary {
        public static final Softplus OP = new Softplus();

        private Softplus() {
            super("softplus", Promotion.FLOAT_ONLY, Saves.INPUTS, 2);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            V scaled = l.mul(x, numbers.get(0));
            return l.select(l.gt(scaled, numbers.get(1)), x, l.div(LaneMath.softplus(l, scaled), numbers.get(0)));
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            Two p = (Two) attrs;
            Tensor scaled = x.mul(p.a());
            return scaled.sigmoid().where(scaled.le(p.b()), Tensor.number(1).to(x.dtype()));
        }
    }

    /** x where positive, else slope x. */
    public static final class LeakyRelu extends Unary {
        public static final LeakyRelu OP = new LeakyRelu();

        private LeakyRelu() {
            super("leaky_relu", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            return l.select(l.lt(l.zero(), x), x, l.mul(x, numbers.getFirst()));
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return Tensor.where(
                    x.gt(0),
                    Tensor.number(1).to(x.dtype()),
                    Tensor.number(((One) attrs).a()).to(x.dtype()));
        }
    }

    /** x where above the threshold, else the value. */
    public static final class Threshold extends Unary {
        public static final Threshold OP = new Threshold();

        private Threshold() {
            super("threshold", Promotion.COMMON, Saves.INPUTS, 2);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            return l.select(l.le(x, numbers.get(0)), numbers.get(1), x);
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return x.gt(((Two) attrs).a()).to(x.dtype());
        }
    }

    /** x where positive, else alpha (e^(scale x) - 1) (Clevert et al. 2015). */
    public static final class Elu extends Unary {
        public static final Elu OP = new Elu();

        private Elu() {
            super("elu", Promotion.FLOAT_ONLY, Saves.INPUTS, 2);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            V below = l.mul(numbers.get(0), LaneMath.expm1(l, l.mul(x, numbers.get(1))));
            return l.select(l.lt(l.zero(), x), x, below);
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            Two p = (Two) attrs;
            Tensor below = x.mul(p.b()).exp().mul(p.a() * p.b());
            return Tensor.where(x.gt(0), Tensor.number(1).to(x.dtype()), below);
        }
    }

    /** x held between two numbers that aren't NaN; NaN stays. */
    public static final class Clamp extends Unary {
        public static final Clamp OP = new Clamp();

        private Clamp() {
            super("clamp", Promotion.COMMON, Saves.INPUTS, 2);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            // A comparison is false for NaN, so that none of what max and min do to keep NaN is needed.
            V y = l.select(l.lt(x, numbers.get(0)), numbers.get(0), x);
            return l.select(l.lt(numbers.get(1), y), numbers.get(1), y);
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            Two p = (Two) attrs;
            return x.ge(p.a()).logicalAnd(x.le(p.b())).to(x.dtype());
        }
    }

    /** x / 6 + 1/2 held between 0 and 1. */
    public static final class Hardsigmoid extends Unary {
        public static final Hardsigmoid OP = new Hardsigmoid();

        private Hardsigmoid() {
            super("hardsigmoid", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.div(upToSix(l, l.add(x, l.constant(3.0))), l.constant(6.0));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return x.gt(-3).logicalAnd(x.lt(3)).to(x.dtype()).div(6);
        }
    }

    /** Between 0 and 6, or NaN; in fewer instructions than {@code min} and {@code max}, which mind the sign of zeros. */
    private static <V> V upToSix(Lanes<V> l, V x) {
        V six = l.constant(6.0);
        V y = l.select(l.lt(x, l.zero()), l.zero(), x);
        return l.select(l.lt(six, y), six, y);
    }

    /** x hardsigmoid(x) (Howard et al. 2019). */
    public static final class Hardswish extends Unary {
        public static final Hardswish OP = new Hardswish();

        private Hardswish() {
            super("hardswish", Promotion.FLOAT_ONLY, Saves.INPUTS);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x) {
            return l.div(l.mul(x, upToSix(l, l.add(x, l.constant(3.0)))), l.constant(6.0));
        }

        @Override
        protected Tensor derivative(Tensor x, Tensor y) {
            return Partials.hardswish(x);
        }
    }

    /** x where its magnitude exceeds lambda, else 0. */
    public static final class Hardshrink extends Unary {
        public static final Hardshrink OP = new Hardshrink();

        private Hardshrink() {
            super("hardshrink", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            return l.select(l.le(l.abs(x), numbers.getFirst()), l.zero(), x);
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return x.abs().gt(((One) attrs).a()).to(x.dtype());
        }
    }

    /** x moved towards 0 by lambda. */
    public static final class Softshrink extends Unary {
        public static final Softshrink OP = new Softshrink();

        private Softshrink() {
            super("softshrink", Promotion.FLOAT_ONLY, Saves.INPUTS, 1);
        }

        @Override
        protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
            V s = numbers.getFirst();
            V y = l.select(l.lt(x, l.neg(s)), l.add(x, s), l.mul(x, l.zero()));
            return l.select(l.gt(x, s), l.sub(x, s), y);
        }

        @Override
        protected Tensor derivative(Object attrs, Tensor x, Tensor y) {
            return x.abs().gt(((One) attrs).a()).to(x.dtype());
        }
    }
}
