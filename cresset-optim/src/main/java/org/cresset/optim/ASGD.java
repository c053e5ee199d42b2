package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Averaged stochastic gradient descent, as {@code torch.optim.ASGD}: {@code p} shrinks by {@code lambd} times the falling rate
 * {@code eta = lr / (1 + lambd lr t)^alpha} and follows the gradient; from step {@code t0} on, state {@code ax} averages it.
 */
public final class ASGD extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("asgd", 1, 5, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(3), in.get(4));
            V moved = l.sub(l.mul(in.get(5), p), l.mul(in.get(6), g));
            V mu = in.get(7);
            V average = l.select(l.eq(mu, l.one()), moved, FusedUpdate.lerp(l, in.get(2), moved, mu));
            return List.of(moved, average);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public ASGD(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public ASGD(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public ASGD(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "weight_decay");
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double lr = g.lr();
        double lambd = g.number("lambd");
        double eta = s.number("eta", lr);
        double mu = s.number("mu", 1);
        double t = s.advance();
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("ax", 0)},
                g.flag("maximize") ? -1 : 1,
                g.number("weight_decay"),
                1 - lambd * eta,
                eta,
                mu);
        s.set("eta", lr / Math.pow(1 + lambd * lr * t, g.number("alpha")));
        s.set("mu", 1 / Math.max(1, t - g.number("t0")));
    }

    /** Hyper-parameters of {@link ASGD}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-2);
            preset("lambd", 1e-4);
            preset("alpha", 0.75);
            preset("t0", 1e6);
            preset("weight_decay", 0.0);
            presetImplementation("foreach");
            preset("maximize", false);
            presetImplementation("differentiable", "capturable");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay term. */
        public Options lambd(double value) {
            return put("lambd", value);
        }

        /** Power of the falling rate. */
        public Options alpha(double value) {
            return put("alpha", value);
        }

        /** The step at which averaging begins. */
        public Options t0(double value) {
            return put("t0", value);
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
