package org.cresset.optim.schedule;

import org.cresset.optim.Optimizer;

/**
 * Lets the rates fall to 0 in {@code totalIters} epochs, as a power of what is left. As
 * {@code torch.optim.lr_scheduler.PolynomialLR}.
 */
public final class PolynomialLR extends FormulaLR {
    /** Linearly in 5 epochs. */
    public PolynomialLR(Optimizer optimizer) {
        this(optimizer, 5, 1.0, -1);
    }

    /** Linearly in {@code totalIters} epochs. */
    public PolynomialLR(Optimizer optimizer, long totalIters) {
        this(optimizer, totalIters, 1.0, -1);
    }

    /** With {@code power} in {@code totalIters} epochs. */
    public PolynomialLR(Optimizer optimizer, long totalIters, double power) {
        this(optimizer, totalIters, power, -1);
    }

    /**
     * With all parameters.
     *
     * @param totalIters in how many epochs
     * @param power the power
     * @param lastEpoch -1, or the epoch to go on from
     */
    public PolynomialLR(Optimizer optimizer, long totalIters, double power, long lastEpoch) {
        super(optimizer, lastEpoch, values("total_iters", totalIters, "power", power));
    }

    @Override
    protected double next(int i, double current) {
        double total = number("total_iters");
        if (isInitial() || lastEpoch() > total) {
            return current;
        }
        double factor = (1 - lastEpoch() / total) / (1 - (lastEpoch() - 1) / total);
        return current * Math.pow(factor, number("power"));
    }

    @Override
    protected double at(int i) {
        double total = number("total_iters");
        return base(i) * Math.pow(1 - Math.min(total, lastEpoch()) / total, number("power"));
    }
}
