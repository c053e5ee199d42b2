package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Adam with the largest recent gradient in place of the second moment, as {@code torch.optim.Adamax}: {@code m} is the average
 * of gradients, {@code u = max(beta2 u, |g| + eps)}, and {@code p -= lr / (1 - beta1^t) m / u}.
 */
public final class Adamax extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("adamax", 2, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(4), in.get(5));
            V m = FusedUpdate.lerp(l, in.get(2), g, in.get(6));
            V u = l.max(l.mul(in.get(7), in.get(3)), l.add(l.abs(g), in.get(8)));
            return List.of(l.sub(p, l.div(l.mul(in.get(9), m), u)), m, u);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Adamax(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Adamax(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Adamax(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "eps", "weight_decay");
        requireBetas(g);
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double t = s.advance();
        double beta1 = g.number("betas", 0);
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("exp_avg", 0), s.tensor("exp_inf", 0)},
                g.flag("maximize") ? -1 : 1,
                g.number("weight_decay"),
                1 - beta1,
                g.number("betas", 1),
                g.number("eps"),
                g.lr() / (1 - Math.pow(beta1, t)));
    }

    /** Hyper-parameters of {@link Adamax}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 2e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("weight_decay", 0.0);
            presetImplementation("foreach");
            preset("maximize", false);
            presetImplementation("differentiable", "capturable");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay rates of the average of gradients and of the largest one. */
        public Options betas(double beta1, double beta2) {
            return put("betas", List.of(beta1, beta2));
        }

        /** Added to the magnitude of the gradient. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
