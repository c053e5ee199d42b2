package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * Steps in the units of the parameter, as {@code torch.optim.Adadelta}: {@code a} and {@code d} are averages of the squares of
 * gradients and of steps, a step is {@code sqrt(d + eps) / sqrt(a + eps) g}, and {@code p -= lr step}.
 */
public final class Adadelta extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("adadelta", 2, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(4), in.get(5));
            V rho = in.get(6);
            V rest = in.get(7);
            V eps = in.get(8);
            V squares = l.fma(rho, in.get(2), l.mul(rest, l.mul(g, g)));
            V ratio = l.div(l.sqrt(l.add(in.get(3), eps)), l.sqrt(l.add(squares, eps)));
            V delta = l.mul(ratio, g);
            V deltas = l.fma(rho, in.get(3), l.mul(rest, l.mul(delta, delta)));
            return List.of(l.sub(p, l.mul(in.get(9), delta)), squares, deltas);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Adadelta(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Adadelta(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Adadelta(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "eps", "weight_decay");
        require(g.number("rho") >= 0 && g.number("rho") <= 1, g, "rho", "a number from 0 to 1");
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        s.advance();
        double rho = g.number("rho");
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("square_avg", 0), s.tensor("acc_delta", 0)},
                g.flag("maximize") ? -1 : 1,
                g.number("weight_decay"),
                rho,
                1 - rho,
                g.number("eps"),
                g.lr());
    }

    /** Hyper-parameters of {@link Adadelta}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1.0);
            preset("rho", 0.9);
            preset("eps", 1e-6);
            preset("weight_decay", 0.0);
            preset("maximize", false);
            presetImplementation("capturable", "foreach", "differentiable");
        }

        /** Factor of the steps. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Decay rate of the averages of squares. */
        public Options rho(double value) {
            return put("rho", value);
        }

        /** Added to the averages. */
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
