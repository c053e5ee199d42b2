package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Adam with Nesterov momentum, as {@code torch.optim.NAdam}: the momentum of step t is
 * {@code mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2)}, and {@code p} follows the gradient by
 * {@code (1 - mu_t) / (1 - mu_1 ... mu_t)} and the average of gradients by {@code mu_(t+1) / (1 - mu_1 ... mu_(t+1))}.
 */
public final class NAdam extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("nadam", 2, 10, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(4), in.get(5));
            V m = FusedUpdate.lerp(l, in.get(2), g, in.get(7));
            V v = l.fma(in.get(8), in.get(3), l.mul(in.get(9), l.mul(g, g)));
            V denominator = l.add(l.sqrt(l.mul(v, in.get(10))), in.get(11));
            V direction = l.fma(in.get(12), g, l.mul(in.get(13), m));
            return List.of(l.sub(l.mul(in.get(6), p), l.div(direction, denominator)), m, v);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public NAdam(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public NAdam(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public NAdam(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "eps", "weight_decay", "momentum_decay");
        requireBetas(g);
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double t = s.advance();
        double lr = g.lr();
        double beta1 = g.number("betas", 0);
        double beta2 = g.number("betas", 1);
        double decay = g.number("weight_decay");
        boolean decoupled = g.flag("decoupled_weight_decay");
        double psi = g.number("momentum_decay");
        double mu = beta1 * (1 - 0.5 * Math.pow(0.96, t * psi));
        double next = beta1 * (1 - 0.5 * Math.pow(0.96, (t + 1) * psi));
        double product = s.number("mu_product", 1) * mu;
        s.set("mu_product", product);
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("exp_avg", 0), s.tensor("exp_avg_sq", 0)},
                g.flag("maximize") ? -1 : 1,
                decoupled ? 0 : decay,
                decoupled ? 1 - lr * decay : 1,
                1 - beta1,
                beta2,
                1 - beta2,
                1 / (1 - Math.pow(beta2, t)),
                g.number("eps"),
                lr * (1 - mu) / (1 - product),
                lr * next / (1 - product * next));
    }

    /** Hyper-parameters of {@link NAdam}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 2e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("weight_decay", 0.0);
            preset("momentum_decay", 4e-3);
            preset("decoupled_weight_decay", false);
            preset("maximize", false);
            presetImplementation("foreach", "capturable", "differentiable");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay rates of the averages of the gradient and of its square. */
        public Options betas(double beta1, double beta2) {
            return put("betas", List.of(beta1, beta2));
        }

        /** Added to the denominator. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** How fast the momentum approaches beta1. */
        public Options momentumDecay(double value) {
            return put("momentum_decay", value);
        }

        /** Whether weight decay acts on the parameter instead of the gradient. */
        public Options decoupledWeightDecay(boolean on) {
            return put("decoupled_weight_decay", on);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
