package org.cresset.optim;

import java.util.ArrayList;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * The gradient divided by the root of the average of its squares, as {@code torch.optim.RMSprop}; with {@code centered} by an
 * estimate of its standard deviation. {@code eps} is added after the root.
 */
public final class RMSprop extends ParamwiseOptimizer {
    private static final FusedUpdate PLAIN = new FusedUpdate("rmsprop", 1, 6, new Rule(false, false));
    private static final FusedUpdate CENTERED = new FusedUpdate("rmsprop_centered", 2, 6, new Rule(true, false));
    private static final FusedUpdate MOMENTUM = new FusedUpdate("rmsprop_momentum", 2, 7, new Rule(false, true));
    private static final FusedUpdate BOTH = new FusedUpdate("rmsprop_centered_momentum", 3, 7, new Rule(true, true));

    /** State: the average of squares, then the average of gradients if centered, then the momentum if there is one. */
    private record Rule(boolean centered, boolean momentum) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            int n = 3 + (centered ? 1 : 0) + (momentum ? 1 : 0);
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(n), in.get(n + 1));
            List<V> out = new ArrayList<>();
            V squares = l.fma(in.get(n + 2), in.get(2), l.mul(in.get(n + 3), l.mul(g, g)));
            out.add(squares);
            V variance = squares;
            if (centered) {
                V mean = FusedUpdate.lerp(l, in.get(3), g, in.get(n + 3));
                out.add(mean);
                variance = l.sub(squares, l.mul(mean, mean));
            }
            V step = l.div(g, l.add(l.sqrt(variance), in.get(n + 4)));
            if (momentum) {
                step = l.fma(in.get(n + 6), in.get(n - 1), step);
                out.add(step);
            }
            out.addFirst(l.sub(p, l.mul(in.get(n + 5), step)));
            return out;
        }
    }

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public RMSprop(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public RMSprop(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public RMSprop(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "eps", "momentum", "weight_decay", "alpha");
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        s.advance();
        double sign = g.flag("maximize") ? -1 : 1;
        double decay = g.number("weight_decay");
        double alpha = g.number("alpha");
        double eps = g.number("eps");
        double momentum = g.number("momentum");
        Dense squares = s.tensor("square_avg", 0);
        if (g.flag("centered") && momentum > 0) {
            Dense[] state = {squares, s.tensor("grad_avg", 0), s.tensor("momentum_buffer", 0)};
            BOTH.run(p, grad, state, sign, decay, alpha, 1 - alpha, eps, g.lr(), momentum);
        } else if (g.flag("centered")) {
            Dense[] state = {squares, s.tensor("grad_avg", 0)};
            CENTERED.run(p, grad, state, sign, decay, alpha, 1 - alpha, eps, g.lr());
        } else if (momentum > 0) {
            Dense[] state = {squares, s.tensor("momentum_buffer", 0)};
            MOMENTUM.run(p, grad, state, sign, decay, alpha, 1 - alpha, eps, g.lr(), momentum);
        } else {
            PLAIN.run(p, grad, new Dense[] {squares}, sign, decay, alpha, 1 - alpha, eps, g.lr());
        }
    }

    /** Hyper-parameters of {@link RMSprop}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-2);
            preset("momentum", 0.0);
            preset("alpha", 0.99);
            preset("eps", 1e-8);
            preset("centered", false);
            preset("weight_decay", 0.0);
            presetImplementation("capturable", "foreach");
            preset("maximize", false);
            presetImplementation("differentiable");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay rate of the averages. */
        public Options alpha(double value) {
            return put("alpha", value);
        }

        /** Added to the denominator. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Momentum factor. */
        public Options momentum(double value) {
            return put("momentum", value);
        }

        /** Whether to subtract the square of the average gradient. */
        public Options centered(boolean on) {
            return put("centered", on);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
