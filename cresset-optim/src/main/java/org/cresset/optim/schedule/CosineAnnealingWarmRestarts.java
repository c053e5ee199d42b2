package org.cresset.optim.schedule;

import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;

/**
 * Lets the rates fall along half a cosine to {@code etaMin}, then begins anew, each time {@code tMult} times as long. As
 * {@code torch.optim.lr_scheduler.CosineAnnealingWarmRestarts}.
 */
public final class CosineAnnealingWarmRestarts extends FormulaLR {
    /** Down to 0 every {@code t0} epochs. */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, long t0) {
        this(optimizer, t0, 1, 0.0);
    }

    /** Down to {@code etaMin}, first in {@code t0} epochs. */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, long t0, long tMult, double etaMin) {
        this(optimizer, t0, tMult, etaMin, -1);
    }

    /**
     * With all parameters.
     *
     * @param t0 number of epochs of the first cycle
     * @param tMult how many times as long each cycle is as the one before
     * @param etaMin the lowest rate
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if a parameter is out of its range
     */
    public CosineAnnealingWarmRestarts(Optimizer optimizer, long t0, long tMult, double etaMin, long lastEpoch) {
        if (t0 < 1 || tMult < 1) {
            throw CressetException.value("CosineAnnealingWarmRestarts: t0 is " + t0 + " and tMult " + tMult
                    + "; expected at least 1 for both");
        }
        super(optimizer, lastEpoch, values("T_0", t0, "T_i", t0, "T_mult", tMult, "eta_min", etaMin, "T_cur", (double)
                lastEpoch));
    }

    @Override
    protected double next(int i, double current) {
        double min = number("eta_min");
        return min + (base(i) - min) * (1 + Math.cos(Math.PI * number("T_cur") / number("T_i"))) / 2;
    }

    @Override
    public void step() {
        if (lastEpoch() < 0) {
            step(0.0);
            return;
        }
        double position = number("T_cur") + 1;
        double length = number("T_i");
        if (position >= length) {
            position %= length;
            setValue("T_i", integer("T_i") * integer("T_mult"));
        }
        setValue("T_cur", position);
        setLastEpoch(lastEpoch() + 1);
        apply(false);
    }

    @Override
    public void step(long epoch) {
        step((double) epoch);
    }

    /**
     * Goes to an epoch that may be fractional, to set the rates within epochs.
     *
     * @throws CressetException if it is negative
     */
    public void step(double epoch) {
        if (epoch < 0) {
            throw CressetException.value("CosineAnnealingWarmRestarts.step: epoch " + epoch + "; expected at least 0");
        }
        long first = integer("T_0");
        long mult = integer("T_mult");
        if (epoch < first) {
            setValue("T_i", first);
            setValue("T_cur", epoch);
        } else if (mult == 1) {
            setValue("T_cur", epoch % first);
        } else {
            int cycle = (int) (Math.log(epoch / first * (mult - 1) + 1) / Math.log(mult));
            long factor = (long) Math.pow(mult, cycle);
            setValue("T_cur", epoch - first * (factor - 1) / (double) (mult - 1));
            setValue("T_i", first * factor);
        }
        setLastEpoch((long) Math.floor(epoch));
        apply(false);
    }

    @Override
    void restart() {
        step(0.0);
    }
}
