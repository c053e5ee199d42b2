package org.cresset.optim;

import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Dense;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/**
 * Adam for tables of which each step uses a few rows, as {@code torch.optim.SparseAdam}: only those rows and their state are
 * read and changed. Their gradients come from embeddings with {@code sparse}, or are given with {@link Tensor#setSparseGrad}.
 */
public final class SparseAdam extends ParamwiseOptimizer {
    private static final FusedUpdate STEP = new FusedUpdate("sparse_adam", 2, 5, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V g = l.mul(in.get(1), in.get(4));
            V m = FusedUpdate.lerp(l, in.get(2), g, in.get(5));
            V v = FusedUpdate.lerp(l, in.get(3), l.mul(g, g), in.get(6));
            return List.of(l.sub(in.get(0), l.div(l.mul(in.get(8), m), l.add(l.sqrt(v), in.get(7)))), m, v);
        }
    });

    /** With learning rate {@code lr} and otherwise PyTorch's defaults. */
    public SparseAdam(Iterable<? extends Tensor> params, double lr) {
        this(params, options().lr(lr));
    }

    /** With hyper-parameters from {@link #options()}. */
    public SparseAdam(Iterable<? extends Tensor> params, Options options) {
        super(options, ParamGroup.of(params));
    }

    /** Of groups of parameters; what a group leaves open comes from {@code defaults}. */
    public SparseAdam(Options defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** PyTorch's defaults, to be changed. */
    public static Options options() {
        return new Options();
    }

    @Override
    protected void check(ParamGroup g) {
        require(g.lr() > 0, g, "lr", "above 0");
        require(g.number("eps") > 0, g, "eps", "above 0");
        requireBetas(g);
        for (Tensor p : g.params()) {
            if (p.dim() == 0 || p.dtype() != DType.FLOAT32 && p.dtype() != DType.FLOAT64) {
                throw CressetException.value(
                        "SparseAdam: a parameter " + p.dtype() + p.shape() + "; expected rows of float32 or float64");
            }
        }
    }

    @Override
    protected void update(ParamGroup g, Dense p, Dense grad, ParamState s) {
        throw CressetException.runtime("SparseAdam.step: a parameter, " + p.dtype() + p.shape()
                + ", has a dense gradient; use Adam, or an embedding with sparse");
    }

    @Override
    protected void update(ParamGroup g, Dense p, SparseRows rows, ParamState s) {
        long t = (long) s.number("step", 0) + 1;
        s.set("step", t);
        double beta1 = g.number("betas", 0);
        double beta2 = g.number("betas", 1);
        STEP.runRows(
                p,
                rows,
                new Dense[] {s.tensor("exp_avg", 0), s.tensor("exp_avg_sq", 0)},
                g.flag("maximize") ? -1 : 1,
                1 - beta1,
                1 - beta2,
                g.number("eps"),
                g.lr() * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t)));
    }

    /** Hyper-parameters of {@link SparseAdam}. */
    public static final class Options extends Hyperparameters<Options> {
        private Options() {
            preset("lr", 1e-3);
            preset("betas", List.of(0.9, 0.999));
            preset("eps", 1e-8);
            preset("maximize", false);
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

        /** Whether to go up the gradient instead of down. */
        public Options maximize(boolean on) {
            return put("maximize", on);
        }
    }
}
