package org.cresset.optim;

import java.util.function.Supplier;
import org.cresset.autograd.Autograd;
import org.cresset.tensor.Dense;
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
                updateOne(g, g.param(i), g.state(i));
            }
        }
    }

    /** Updates one parameter if it has a gradient. */
    void updateOne(ParamGroup group, Tensor param, ParamState state) {
        Tensor grad = param.dense("step").gradient();
        if (grad != null) {
            update(group, param.dense("step"), grad.dense("step"), state);
        }
    }
}
