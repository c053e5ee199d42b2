package org.cresset.optim;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/**
 * Stochastic gradient descent with optional momentum, as {@code torch.optim.SGD}: without momentum {@code p -= lr g}, else
 * {@code b = momentum b + (1 - dampening) g; p -= lr b}, and with Nesterov momentum {@code p -= lr (g + momentum b)}.
 * The first {@code b} is the first gradient.
 */
public final class SGD extends ParamwiseOptimizer {
    private static final FusedUpdate PLAIN = new FusedUpdate("sgd", 0, 3, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V d = FusedUpdate.gradient(l, p, in.get(1), in.get(2), in.get(3));
            return List.of(l.sub(p, l.mul(in.get(4), d)));
        }
    });

    private static final FusedUpdate MOMENTUM = new FusedUpdate("sgd_momentum", 1, 5, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V d = FusedUpdate.gradient(l, p, in.get(1), in.get(3), in.get(4));
            V b = l.fma(in.get(5), in.get(2), l.mul(in.get(6), d));
            return List.of(l.sub(p, l.mul(in.get(7), b)), b);
        }
    });

    private static final FusedUpdate NESTEROV = new FusedUpdate("sgd_nesterov", 1, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V d = FusedUpdate.gradient(l, p, in.get(1), in.get(3), in.get(4));
            V b = l.fma(in.get(5), in.get(2), l.mul(in.get(6), d));
            return List.of(l.sub(p, l.mul(in.get(7), l.fma(in.get(8), b, d))), b);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public SGD(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public SGD(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public SGD(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "momentum", "weight_decay");
        require(
                !g.flag("nesterov") || g.number("momentum") > 0 && g.number("dampening") == 0,
                g,
                "nesterov",
                "it only with momentum above 0 and no dampening");
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double sign = g.flag("maximize") ? -1 : 1;
        double lr = g.lr();
        double decay = g.number("weight_decay");
        double momentum = g.number("momentum");
        if (momentum == 0) {
            PLAIN.run(p, grad, new Dense[0], sign, decay, lr);
            return;
        }
        boolean first = s.get("momentum_buffer") == null;
        Dense[] buffer = {s.tensor("momentum_buffer", 0)};
        double keep = first ? 0 : momentum;
        double take = first ? 1 : 1 - g.number("dampening");
        if (g.flag("nesterov")) {
            NESTEROV.run(p, grad, buffer, sign, decay, keep, take, lr, momentum);
        } else {
            MOMENTUM.run(p, grad, buffer, sign, decay, keep, take, lr);
        }
    }

    @Override
    protected boolean keepsUnused(ParamGroup g) {
        return g.number("weight_decay") == 0 && g.number("momentum") == 0;
    }

    /**
     * Changes only the rows that have a gradient; with momentum all rows, since those that had one go on moving.
     *
     * @throws CressetException with weight decay, which is for all rows
     */
    @Override
    protected void update(ParamGroup g, Dense p, SparseRows rows, ParamState s) {
        if (g.number("weight_decay") != 0) {
            throw CressetException.runtime("SGD.step: weight_decay " + g.number("weight_decay")
                    + " with a sparse gradient of a table " + p.dtype() + p.shape()
                    + "; leave it out for this parameter, or use an embedding without sparse");
        }
        if (g.number("momentum") != 0) {
            update(g, p, rows.toDense(p.size(0)).dense("step"), s);
        } else {
            PLAIN.runRows(p, rows, new Dense[0], g.flag("maximize") ? -1 : 1, 0, g.lr());
        }
    }

    /** Hyper-parameters of {@link SGD}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("momentum", 0.0);
            preset("dampening", 0.0);
            preset("weight_decay", 0.0);
            preset("nesterov", false);
            preset("maximize", false);
            presetImplementation("foreach", "differentiable", "fused");
        }

        /** Learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Momentum factor. */
        public Options momentum(double value) {
            return put("momentum", value);
        }

        /** Dampening of the momentum. */
        public Options dampening(double value) {
            return put("dampening", value);
        }

        /** L2 penalty. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Whether to use Nesterov momentum. */
        public Options nesterov(boolean on) {
            return put("nesterov", on);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
