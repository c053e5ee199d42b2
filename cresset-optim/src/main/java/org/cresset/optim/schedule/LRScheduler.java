package org.cresset.optim.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/**
 * Sets an optimizer's learning rates after each epoch (or step), as {@code torch.optim.lr_scheduler.LRScheduler}: call
 * {@link #step()} after the optimizer's.
 */
public abstract class LRScheduler implements Schedule {
    private final Optimizer optimizer;
    private List<Double> lastLr;
    private long lastEpoch;

    /** A schedule for {@code optimizer} that stands at {@code lastEpoch}. */
    protected LRScheduler(Optimizer optimizer, long lastEpoch) {
        this.optimizer = optimizer;
        this.lastEpoch = lastEpoch;
        this.lastLr = rates(optimizer, "lr");
    }

    /** Goes on to the next epoch. */
    public abstract void step();

    /** Undoes the step that the constructor took, where another schedule is to begin. */
    abstract void undo();

    /** Takes that step again. */
    abstract void initialStep();

    /** Sets the rates of epoch 0, whatever they are now. */
    abstract void restart();

    @Override
    public final List<Double> lastLr() {
        return lastLr;
    }

    /** The epoch that the rates are for, from 0. */
    public final long lastEpoch() {
        return lastEpoch;
    }

    final void setLastEpoch(long epoch) {
        lastEpoch = epoch;
    }

    /** The optimizer whose rates are set. */
    public final Optimizer optimizer() {
        return optimizer;
    }

    /** The optimizer's groups. */
    protected final List<ParamGroup> groups() {
        return optimizer.paramGroups();
    }

    /** Notes the rates as they are in the optimizer now. */
    protected final void noteRates() {
        lastLr = rates(optimizer, "lr");
    }

    static List<Double> rates(Optimizer optimizer, String name) {
        List<Double> rates = new ArrayList<>();
        for (ParamGroup g : optimizer.paramGroups()) {
            rates.add(g.number(name));
        }
        return rates;
    }

    @Override
    public Map<String, @Nullable Object> stateDict() {
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        m.put("last_epoch", lastEpoch);
        m.put("_last_lr", lastLr);
        return m;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        if (!(state.get("last_epoch") instanceof Number epoch)) {
            throw CressetException.value(
                    getClass().getSimpleName() + ".loadStateDict: no number last_epoch in " + state.keySet());
        }
        lastEpoch = epoch.longValue();
        if (state.get("_last_lr") instanceof List<?> l) {
            lastLr = numbers(l);
        }
    }

    static List<Double> numbers(List<?> list) {
        List<Double> numbers = new ArrayList<>();
        for (Object o : list) {
            if (!(o instanceof Number n)) {
                throw CressetException.type("schedule: expected a list of numbers, got " + list);
            }
            numbers.add(n.doubleValue());
        }
        return numbers;
    }

    /** One number for each group: given so, or one for all. */
    static List<Double> perGroup(String name, Optimizer optimizer, double[] given) {
        int groups = optimizer.paramGroups().size();
        if (given.length != 1 && given.length != groups) {
            throw CressetException.value("schedule: " + name + " has " + given.length
                    + " values; expected one, or one for each of " + groups + " groups of parameters");
        }
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            all.add(given[given.length == 1 ? 0 : i]);
        }
        return all;
    }
}
