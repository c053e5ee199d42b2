package org.cresset.optim;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/**
 * A step size for each element, which grows while the gradient keeps its sign and shrinks when it changes, as
 * {@code torch.optim.Rprop}; only the gradient's sign counts. For full batches.
 */
public final class Rprop extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("rprop", 2, 5, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V p = in.get(0);
            V g = l.mul(in.get(1), in.get(4));
            V zero = l.zero();
            V agreement = l.mul(g, in.get(2));
            var turned = l.lt(agreement, zero);
            V factor = l.select(l.gt(agreement, zero), in.get(6), l.select(turned, in.get(5), l.one()));
            V size = l.min(l.max(l.mul(in.get(3), factor), in.get(7)), in.get(8));
            V followed = l.select(turned, zero, g);
            V down = l.select(l.lt(followed, zero), l.neg(size), zero);
            V step = l.select(l.gt(followed, zero), size, down);
            return List.of(l.sub(p, step), followed, size);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Rprop(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Rprop(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Rprop(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr");
        double shrink = g.number("etas", 0);
        require(shrink > 0 && shrink < 1 && g.number("etas", 1) > 1, g, "etas", "a number from 0 to 1 and one above 1");
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        s.advance();
        STEP.run(
                p,
                grad,
                new Dense[] {s.tensor("prev", 0), s.tensor("step_size", g.lr())},
                g.flag("maximize") ? -1 : 1,
                g.number("etas", 0),
                g.number("etas", 1),
                g.number("step_sizes", 0),
                g.number("step_sizes", 1));
    }

    /** Hyper-parameters of {@link Rprop}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-2);
            preset("etas", List.of(0.5, 1.2));
            preset("step_sizes", List.of(1e-6, 50.0));
            presetImplementation("foreach");
            preset("maximize", false);
            presetImplementation("differentiable", "capturable");
        }

        /** The first step size. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** Factors of the step size when the sign changes and when it stays. */
        public Options etas(double shrink, double grow) {
            return put("etas", List.of(shrink, grow));
        }

        /** Bounds of the step sizes. */
        public Options stepSizes(double min, double max) {
            return put("step_sizes", List.of(min, max));
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
