package org.cresset.optim.schedule;

import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by {@code factor} until epoch {@code totalIters}. As
 * {@code torch.optim.lr_scheduler.ConstantLR}.
 */
public final class ConstantLR extends FormulaLR {
    /** A third for 5 epochs. */
    public ConstantLR(Optimizer optimizer) {
        this(optimizer, 1.0 / 3, 5, -1);
    }

    /** {@code factor} for {@code totalIters} epochs. */
    public ConstantLR(Optimizer optimizer, double factor, long totalIters) {
        this(optimizer, factor, totalIters, -1);
    }

    /**
     * With all parameters.
     *
     * @param factor the factor, from 0 to 1
     * @param totalIters how many epochs
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if a parameter is out of its range
     */
    public ConstantLR(Optimizer optimizer, double factor, long totalIters, long lastEpoch) {
        if (factor > 1 || factor < 0) {
            throw CressetException.value("ConstantLR: factor is " + factor + "; expected a number from 0 to 1");
        }
        super(optimizer, lastEpoch, values("factor", factor, "total_iters", totalIters));
    }

    @Override
    protected double next(int i, double current) {
        if (lastEpoch() == 0) {
            return current * number("factor");
        }
        return lastEpoch() == integer("total_iters") ? current * (1 / number("factor")) : current;
    }

    @Override
    protected double at(int i) {
        return lastEpoch() >= integer("total_iters") ? base(i) : base(i) * number("factor");
    }
}
