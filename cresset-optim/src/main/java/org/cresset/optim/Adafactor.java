package org.cresset.optim;

import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Adam without momentum whose second moments take a row and a column instead of a matrix of memory, as
 * {@code torch.optim.Adafactor}. The last two dimensions are factored; vectors keep all their second moments. The step is
 * limited to {@code d} in root mean square and scaled with the parameter's.
 */
public final class Adafactor extends ParamwiseOptimizer {
    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public Adafactor(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public Adafactor(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public Adafactor(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        requireNonNegative(g, "lr", "weight_decay");
        require(g.number("beta2_decay") <= 0, g, "beta2_decay", "at most 0");
        require(g.number("d") >= 1, g, "d", "at least 1");
        require(g.number("eps", 1) >= 0, g, "eps", "a number or null, and a number, at least 0");
        for (Tensor p : g.params()) {
            if (p.dtype().isComplex()) {
                throw CressetException.runtime("Adafactor: a parameter is " + p.dtype() + "; expected real numbers");
            }
        }
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        double t = s.advance();
        double lr = g.lr();
        double eps = least(g, p);
        double weight = Math.pow(t, g.number("beta2_decay"));
        double scale = Math.max(g.number("eps", 1), rootMeanSquare(p)) * Math.min(lr, 1 / Math.sqrt(t));
        p.mul_(1 - lr * g.number("weight_decay"));
        Tensor signed = g.flag("maximize") ? grad.neg() : grad;
        Tensor step = moments(p, signed, s, weight, eps)
                .clamp(eps * eps, null)
                .rsqrt()
                .mul_(signed);
        double denominator = Math.max(1, rootMeanSquare(step) / g.number("d"));
        p.add_(step, -scale / denominator);
    }

    private static double least(ParamGroup g, Dense p) {
        return g.get("eps") instanceof List<?> l && l.getFirst() == null
                ? p.dtype().eps()
                : g.number("eps", 0);
    }

    private static double rootMeanSquare(Tensor t) {
        return t.norm(2).item() / Math.sqrt(t.numel());
    }

    /** The estimated second moments of the gradient, as new memory. */
    private static Tensor moments(Dense p, Tensor grad, ParamState s, double weight, double eps) {
        Tensor squares = grad.mul(grad);
        if (p.dim() < 2) {
            return s.tensor("variance", 0).lerp_(squares, weight).clone();
        }
        Tensor rows = average(s, "row_var", squares.mean(new long[] {-1}, true), weight);
        Tensor columns = average(s, "col_var", squares.mean(new long[] {-2}, true), weight);
        return rows.mul(columns).div_(rows.mean(new long[] {-2}, true).clamp(eps, null));
    }

    private static Tensor average(ParamState s, String name, Tensor now, double weight) {
        Tensor average = s.get(name) instanceof Tensor t ? t : now.zerosLike();
        s.set(name, average.lerp_(now, weight));
        return average;
    }

    /** Hyper-parameters of {@link Adafactor}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-2);
            preset("beta2_decay", -0.8);
            preset("eps", Arrays.asList(null, 1e-3));
            preset("d", 1.0);
            preset("weight_decay", 0.0);
            presetImplementation("foreach");
            preset("maximize", false);
        }

        /** The highest learning rate. */
        public Options lr(double value) {
            return put("lr", value);
        }

        /** The second moments decay by 1 - t to this power; at most 0. */
        public Options beta2Decay(double value) {
            return put("beta2_decay", value);
        }

        /**
         * {@code eps1} is the least second moment, squared (null: the dtype's {@code eps}); {@code eps2} the least root mean
         * square that the step is scaled with.
         */
        public Options eps(@Nullable Double eps1, double eps2) {
            return put("eps", Arrays.asList(eps1, eps2));
        }

        /** Bound of the step. */
        public Options d(double value) {
            return put("d", value);
        }

        /** Weight decay, apart from the gradient. */
        public Options weightDecay(double value) {
            return put("weight_decay", value);
        }

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
