package org.cresset.optim;

import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.tensor.Dense;
import org.cresset.tensor.LeafGradient;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/**
 * An optimizer that updates each parameter by its own gradient and state, as all but {@link LBFGS} do. For optimizers of one's
 * own: {@link #update} changes the parameter in place with tensor methods.
 */
public abstract class ParamwiseOptimizer extends Optimizer {
    /** As {@link Optimizer#Optimizer}. */
    protected ParamwiseOptimizer(Hyperparameters<?> defaults, ParamGroup... groups) {
        super(defaults, groups);
    }

    /** Updates one parameter by its gradient; called without recording, for each parameter that has one. */
    protected abstract void update(ParamGroup group, Dense param, Dense grad, ParamState state);

    /**
     * Updates one parameter by a sparse gradient. By default it can't.
     *
     * @throws CressetException where the optimizer, or one of its options, doesn't work with sparse gradients
     */
    protected void update(ParamGroup group, Dense param, SparseRows rows, ParamState state) {
        throw CressetException.runtime(name() + ".step: a table, " + param.dtype() + param.shape()
                + ", has a sparse gradient, which " + name()
                + " doesn't support; use SparseAdam, SGD or Adagrad, or an embedding without sparse");
    }

    @Override
    public final void step() {
        hooked(this::updateAll);
    }

    @Override
    public final Tensor step(Supplier<Tensor> closure) {
        Tensor loss = Autograd.enableGrad(closure);
        step();
        return loss;
    }

    private void updateAll() {
        for (ParamGroup g : paramGroups()) {
            for (int i = 0; i < g.size(); i++) {
                updateOne(g, g.param(i).dense("step"), g.state(i));
            }
        }
    }

    /**
     * Whether an element whose gradient is zero stays as it is, as does its state, so that the rows of a table that weren't
     * used needn't be looked at; then {@link #update(ParamGroup, Dense, SparseRows, ParamState)} must work. By default not.
     */
    protected boolean keepsUnused(ParamGroup group) {
        return false;
    }

    /** Updates one parameter if it has a gradient. */
    private void updateOne(ParamGroup group, Dense param, ParamState state) {
        LeafGradient gradient = param.gradient();
        boolean byRows = gradient.sparse() != null || keepsUnused(group) && !Autograd.isGradEnabled();
        if (byRows && gradient.rows() instanceof SparseRows rows) {
            update(group, param, rows, state);
        } else if (gradient.tensor() instanceof Tensor g) {
            update(group, param, g.dense("step"), state);
        }
    }
}
