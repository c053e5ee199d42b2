package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Adam whose first steps, while the second moment is unreliable, are plain momentum, as {@code torch.optim.RAdam}.
 */
public final class RAdam extends ParamwiseOptimizer {
    /** Above this length of the approximated moving average the second moment is used. */
    private static final double RELIABLE = 5;

    private static final FusedUpdate STEP = new FusedUpdate("radam", 2, 9, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(4), in.get(5));
            V m = FusedUpdate.lerp(l, in.get(2), g, in.get(7));
            V v = l.fma(in.get(8), in.get(3), l.mul(in.get(9), l.mul(g, g)));
            V rectifier = in.get(12);
            V adapted = l.div(rectifier, l.add(l.sqrt(v), in.get(10)));
            V rate = l.select(l.eq(rectifier, l.zero()), l.one(), adapted);
            return List.of(l.sub(l.mul(in.get(6), p), l.mul(l.mul(in.get(11), m), rate)), m, v);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public RAdam(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public RAdam(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public RAdam(Options defaults, ParamGroup... groups) {
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
        double lr = g.lr();
        double beta1 = g.number("betas", 0);
        double beta2 = g.number("betas", 1);
        double decay = g.number("weight_decay");
        boolean decoupled = g.flag("decoupled_weight_decay");
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
                g.number("eps"),
                lr / (1 - Math.pow(beta1, t)),
                rectifier(beta2, t));
    }

    /** The factor of the adapted rate, bias correction of the second moment included; 0 while that is unreliable. */
    private static double rectifier(double beta2, double t) {
        double correction = 1 - Math.pow(beta2, t);
        double limit = 2 / (1 - beta2) - 1;
        double length = limit - 2 * t * Math.pow(beta2, t) / correction;
        if (length <= RELIABLE) {
            return 0;
        }
        double variance = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length);
        return Math.sqrt(variance) * Math.sqrt(correction);
    }

    /** Hyper-parameters of {@link RAdam}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("weight_decay", 0.0);
            preset("maximize", false);
            presetImplementation("foreach", "capturable");
            preset("decoupled_weight_decay", false);
            presetImplementation("differentiable");
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
