package org.cresset.optim.schedule;

import java.util.Map;
import java.util.TreeMap;
import org.cresset.optim.Optimizer;

/**
 * Multiplies the rates by {@code gamma} at each of some epochs. As {@code torch.optim.lr_scheduler.MultiStepLR}.
 */
public final class MultiStepLR extends FormulaLR {
    /** A tenth at each milestone. */
    public MultiStepLR(Optimizer optimizer, long... milestones) {
        this(optimizer, milestones, 0.1);
    }

    /** {@code gamma} at each milestone. */
    public MultiStepLR(Optimizer optimizer, long[] milestones, double gamma) {
        this(optimizer, milestones, gamma, -1);
    }

    /**
     * With all parameters.
     *
     * @param milestones the epochs, in any order; one given twice counts twice
     * @param gamma the factor
     * @param lastEpoch -1, or the epoch to go on from
     */
    public MultiStepLR(Optimizer optimizer, long[] milestones, double gamma, long lastEpoch) {
        super(optimizer, lastEpoch, values("milestones", count(milestones), "gamma", gamma));
    }

    private static Map<Long, Long> count(long[] milestones) {
        Map<Long, Long> counts = new TreeMap<>();
        for (long m : milestones) {
            counts.merge(m, 1L, Long::sum);
        }
        return counts;
    }

    /** How many milestones are from {@code from} to {@code to}. */
    private long passed(long from, long to) {
        long n = 0;
        if (value("milestones") instanceof Map<?, ?> counts) {
            for (Map.Entry<?, ?> e : counts.entrySet()) {
                long at = Long.parseLong(String.valueOf(e.getKey())); // a string after a way through JSON
                if (e.getValue() instanceof Number count && at >= from && at <= to) {
                    n += count.longValue();
                }
            }
        }
        return n;
    }

    @Override
    protected double next(int i, double current) {
        return current * Math.pow(number("gamma"), passed(lastEpoch(), lastEpoch()));
    }

    @Override
    protected double at(int i) {
        return base(i) * Math.pow(number("gamma"), passed(Long.MIN_VALUE, lastEpoch()));
    }
}
