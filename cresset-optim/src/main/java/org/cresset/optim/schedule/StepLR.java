package org.cresset.optim.schedule;

import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by {@code gamma} every {@code stepSize} epochs. As {@code torch.optim.lr_scheduler.StepLR}.
 */
public final class StepLR extends FormulaLR {
    /** A tenth every {@code stepSize} epochs. */
    public StepLR(Optimizer optimizer, long stepSize) {
        this(optimizer, stepSize, 0.1, -1);
    }

    /** {@code gamma} every {@code stepSize} epochs. */
    public StepLR(Optimizer optimizer, long stepSize, double gamma) {
        this(optimizer, stepSize, gamma, -1);
    }

    /**
     * With all parameters.
     *
     * @param stepSize after how many epochs
     * @param gamma the factor
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if a parameter is out of its range
     */
    public StepLR(Optimizer optimizer, long stepSize, double gamma, long lastEpoch) {
        if (stepSize < 1) {
            throw CressetException.value("StepLR: stepSize is " + stepSize + "; expected at least 1");
        }
        super(optimizer, lastEpoch, values("step_size", stepSize, "gamma", gamma));
    }

    @Override
    protected double next(int i, double current) {
        boolean due = lastEpoch() != 0 && lastEpoch() % integer("step_size") == 0;
        return due ? current * number("gamma") : current;
    }

    @Override
    protected double at(int i) {
        return base(i) * Math.pow(number("gamma"), Math.floorDiv(lastEpoch(), integer("step_size")));
    }
}
