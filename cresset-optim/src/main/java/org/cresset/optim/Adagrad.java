package org.cresset.optim;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/**
 * Rates that fall with the squares of all gradients so far, as {@code torch.optim.Adagrad}: {@code s += g^2;
 * p -= lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps)}.
 */
public final class Adagrad extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("adagrad", 1, 4, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = FusedUpdate.gradient(l, p, in.get(1), in.get(3), in.get(4));
            V sum = l.fma(g, g, in.get(2));
            return List.of(l.sub(p, l.div(l.mul(in.get(6), g), l.add(l.sqrt(sum), in.get(5)))), sum);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Adagrad(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Adagrad(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Adagrad(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps");
    }

    @Override
    protected void prepare(ParamGroup g, ParamState s) {
        s.set("step", 0.0);
        s.tensor("sum", g.number("initial_accumulator_value"));
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double t = s.advance();
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("sum", g.number("initial_accumulator_value"))},
                g.flag("maximize") ? -1 : 1,
                g.number("weight_decay"),
                g.number("eps"),
                g.lr() / (1 + (t - 1) * g.number("lr_decay")));
    }

    @Override
    protected boolean keepsUnused(ParamGroup g) {
        return g.number("weight_decay") == 0 && g.number("eps") > 0;
    }

    /**
     * Changes only the rows that have a gradient, and their sums.
     *
     * @throws CressetException with weight decay, which is for all rows
     */
    @Override
    protected void update(ParamGroup g, Dense p, SparseRows rows, ParamState s) {
        if (g.number("weight_decay") != 0) {
            throw CressetException.runtime("Adagrad.step: weight_decay " + g.number("weight_decay")
                    + " with a sparse gradient of a table " + p.dtype() + p.shape()
                    + "; leave it out for this parameter, or use an embedding without sparse");
        }
        double t = s.advance();
        STEP.runRows(
                p,
                rows,
                new Dense[] {s.tensor("sum", g.number("initial_accumulator_value"))},
                g.flag("maximize") ? -1 : 1,
                0,
                g.number("eps"),
                g.lr() / (1 + (t - 1) * g.number("lr_decay")));
    }

    /** Hyper-parameters of {@link Adagrad}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-2);
            preset("lr_decay", 0.0);
            preset("eps", 1e-10);
            preset("weight_decay", 0.0);
            preset("initial_accumulator_value", 0.0);
            presetImplementation("foreach");
            preset("maximize", false);
            presetImplementation("differentiable", "fused");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** How fast the learning rate falls. */
        public Options lrDecay(double value) {
            return put("lr_decay", value);
        }

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Where the sums of squares begin. */
        public Options initialAccumulatorValue(double value) {
            return put("initial_accumulator_value", value);
        }

        /** Added to the denominator. */
        public Options eps(double value) {
            return put("eps", value);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
