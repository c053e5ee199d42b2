package org.cresset.optim.schedule;

import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by {@code gamma} every epoch. As {@code torch.optim.lr_scheduler.ExponentialLR}.
 */
public final class ExponentialLR extends FormulaLR {
    /** {@code gamma} every epoch. */
    public ExponentialLR(Optimizer optimizer, double gamma) {
        this(optimizer, gamma, -1);
    }

    /**
     * With all parameters.
     *
     * @param gamma the factor
     * @param lastEpoch -1, or the epoch to go on from
     */
    public ExponentialLR(Optimizer optimizer, double gamma, long lastEpoch) {
        super(optimizer, lastEpoch, values("gamma", gamma));
    }

    @Override
    protected double next(int i, double current) {
        return isInitial() ? current : current * number("gamma");
    }

    @Override
    protected double at(int i) {
        return base(i) * Math.pow(number("gamma"), lastEpoch());
    }
}
