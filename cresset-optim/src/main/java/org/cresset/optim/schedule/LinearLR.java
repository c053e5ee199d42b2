package org.cresset.optim.schedule;

import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by a factor that goes from {@code startFactor} to {@code endFactor} in {@code totalIters} epochs. As
 * {@code torch.optim.lr_scheduler.LinearLR}.
 */
public final class LinearLR extends FormulaLR {
    /** From a third to all in 5 epochs. */
    public LinearLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 1.0, 5, -1);
    }

    /** From {@code startFactor} to {@code endFactor} in {@code totalIters} epochs. */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, long totalIters) {
        this(optimizer, startFactor, endFactor, totalIters, -1);
    }

    /**
     * With all parameters.
     *
     * @param startFactor the first factor, above 0 and at most 1
     * @param endFactor the last factor, from 0 to 1
     * @param totalIters in how many epochs
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if a parameter is out of its range
     */
    public LinearLR(Optimizer optimizer, double startFactor, double endFactor, long totalIters, long lastEpoch) {
        if (startFactor > 1 || startFactor <= 0) {
            throw CressetException.value(
                    "LinearLR: startFactor is " + startFactor + "; expected above 0 and at most 1");
        }
        if (endFactor > 1 || endFactor < 0) {
            throw CressetException.value("LinearLR: endFactor is " + endFactor + "; expected a number from 0 to 1");
        }
        super(
                optimizer,
                lastEpoch,
                values("start_factor", startFactor, "end_factor", endFactor, "total_iters", totalIters));
    }

    @Override
    protected double next(int i, double current) {
        double start = number("start_factor");
        if (lastEpoch() == 0) {
            return current * start;
        }
        double total = number("total_iters");
        if (isInitial() || lastEpoch() > total) {
            return current;
        }
        double rise = number("end_factor") - start;
        return current * (1 + rise / (total * start + (lastEpoch() - 1) * rise));
    }

    @Override
    protected double at(int i) {
        double start = number("start_factor");
        double total = number("total_iters");
        return base(i) * (start + (number("end_factor") - start) * Math.min(total, lastEpoch()) / total);
    }
}
