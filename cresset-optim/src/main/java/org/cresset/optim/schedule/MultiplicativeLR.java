package org.cresset.optim.schedule;

import java.util.function.LongToDoubleFunction;
import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by a function of the epoch at each epoch. As {@code torch.optim.lr_scheduler.MultiplicativeLR}.
 */
public final class MultiplicativeLR extends FormulaLR {
    private final LongToDoubleFunction[] factors;

    /** With one function for all groups or one for each. */
    public MultiplicativeLR(Optimizer optimizer, LongToDoubleFunction... factors) {
        this(optimizer, -1, factors);
    }

    /**
     * With all parameters.
     *
     * @param lastEpoch -1, or the epoch to go on from
     * @param factors functions of the epoch, one for all groups or one for each
     * @throws org.cresset.base.CressetException if there is another number of functions
     */
    public MultiplicativeLR(Optimizer optimizer, long lastEpoch, LongToDoubleFunction... factors) {
        this.factors = Functions.perGroup("MultiplicativeLR", optimizer, factors);
        super(optimizer, lastEpoch, values("lr_lambdas", Functions.unsaved(optimizer)));
    }

    @Override
    protected double next(int i, double current) {
        return isInitial() ? current : current * factors[i].applyAsDouble(lastEpoch());
    }
}
