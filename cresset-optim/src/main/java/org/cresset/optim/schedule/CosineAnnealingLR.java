package org.cresset.optim.schedule;

import org.cresset.optim.Optimizer;

/**
 * Lets the rates fall along half a cosine from where they began to {@code etaMin} in {@code tMax} epochs, then rise again. As
 * {@code torch.optim.lr_scheduler.CosineAnnealingLR}.
 */
public final class CosineAnnealingLR extends FormulaLR {
    /** To 0 in {@code tMax} epochs. */
    public CosineAnnealingLR(Optimizer optimizer, long tMax) {
        this(optimizer, tMax, 0.0, -1);
    }

    /** To {@code etaMin} in {@code tMax} epochs. */
    public CosineAnnealingLR(Optimizer optimizer, long tMax, double etaMin) {
        this(optimizer, tMax, etaMin, -1);
    }

    /**
     * With all parameters.
     *
     * @param tMax the number of epochs down
     * @param etaMin the lowest rate
     * @param lastEpoch -1, or the epoch to go on from
     */
    public CosineAnnealingLR(Optimizer optimizer, long tMax, double etaMin, long lastEpoch) {
        super(optimizer, lastEpoch, values("T_max", tMax, "eta_min", etaMin));
    }

    @Override
    protected double next(int i, double current) {
        if (isInitial()) {
            return current;
        }
        double half = number("T_max");
        double min = number("eta_min");
        if (stepCount() == 1 && lastEpoch() > 0) {
            return at(i);
        }
        if ((lastEpoch() - 1 - integer("T_max")) % (2 * integer("T_max")) == 0) { // from the bottom no factor leads up
            return current + (base(i) - min) * (1 - Math.cos(Math.PI / half)) / 2;
        }
        double now = 1 + Math.cos(Math.PI * lastEpoch() / half);
        double before = 1 + Math.cos(Math.PI * (lastEpoch() - 1) / half);
        return now / before * (current - min) + min;
    }

    @Override
    protected double at(int i) {
        double min = number("eta_min");
        return min + (base(i) - min) * (1 + Math.cos(Math.PI * lastEpoch() / number("T_max"))) / 2;
    }
}
