package org.cresset.optim.schedule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/**
 * A schedule that computes each rate from the epoch and the rate before, so that several of them can act on one optimizer.
 * Subclasses give {@link #next}; schedules of one's own may extend this.
 */
public abstract class FormulaLR extends LRScheduler {
    private final Map<String, @Nullable Object> values;
    private List<Double> baseLrs;
    private long stepCount;
    private boolean initial;

    /**
     * Sets the rates of the first epoch.
     *
     * @param lastEpoch -1, or the epoch to go on from; the optimizer then has the state of that epoch
     * @param values the schedule's parameters by PyTorch's names, which the state dict holds
     */
    protected FormulaLR(Optimizer optimizer, long lastEpoch, Map<String, @Nullable Object> values) {
        super(optimizer, lastEpoch);
        this.values = values;
        for (ParamGroup g : groups()) {
            if (lastEpoch == -1 && !g.has("initial_lr")) {
                g.set("initial_lr", g.lr());
            } else if (!g.has("initial_lr")) {
                throw CressetException.value(
                        getClass().getSimpleName() + ": no initial_lr in a group of parameters; load the"
                                + " optimizer's state before going on from epoch " + lastEpoch);
            }
        }
        baseLrs = rates(optimizer, "initial_lr");
        initialStep();
    }

    /** Parameters by name: names and values in turn. */
    protected static Map<String, @Nullable Object> values(Object... namesAndValues) {
        Map<String, @Nullable Object> m = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            m.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return m;
    }

    /** The rate of group {@code i} for epoch {@link #lastEpoch()}, given the one that it has now. */
    protected abstract double next(int i, double current);

    /** The same from the epoch alone, for going to an epoch directly. */
    protected double at(int i) {
        return next(i, groups().get(i).lr());
    }

    /** The rate that group {@code i} began with. */
    protected final double base(int i) {
        return baseLrs.get(i);
    }

    final void setBase(List<Double> rates) {
        baseLrs = rates;
    }

    /** Whether the constructor is setting the first rates. */
    protected final boolean isInitial() {
        return initial;
    }

    /** Number of steps taken, the constructor's included. */
    protected final long stepCount() {
        return stepCount;
    }

    /** A parameter that is a number. */
    protected final double number(String name) {
        if (values.get(name) instanceof Number n) {
            return n.doubleValue();
        }
        throw CressetException.type(
                getClass().getSimpleName() + ": " + name + " is " + values.get(name) + "; expected a number");
    }

    /** A parameter that is an integer. */
    protected final long integer(String name) {
        return (long) number(name);
    }

    /** A parameter. */
    protected final @Nullable Object value(String name) {
        return values.get(name);
    }

    /** Changes a parameter. */
    protected final void setValue(String name, @Nullable Object value) {
        values.put(name, value);
    }

    @Override
    public void step() {
        stepCount++;
        setLastEpoch(lastEpoch() + 1);
        apply(false);
    }

    /** Goes to an epoch, whose rates must not depend on other schedules. */
    public void step(long epoch) {
        stepCount++;
        setLastEpoch(epoch);
        apply(true);
    }

    /** Sets the rates of {@link #lastEpoch()}. */
    final void apply(boolean direct) {
        List<ParamGroup> groups = groups();
        double[] rates = new double[groups.size()];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = direct ? at(i) : next(i, groups.get(i).lr());
        }
        for (int i = 0; i < rates.length; i++) {
            groups.get(i).setLr(rates[i]);
        }
        noteRates();
    }

    @Override
    final void undo() {
        setLastEpoch(lastEpoch() - 1);
    }

    @Override
    final void initialStep() {
        stepCount = 0;
        initial = true;
        step();
        initial = false;
    }

    @Override
    void restart() {
        setLastEpoch(0);
        apply(true);
    }

    @Override
    public Map<String, @Nullable Object> stateDict() {
        Map<String, @Nullable Object> m = new LinkedHashMap<>(values);
        m.put("base_lrs", baseLrs);
        m.put("_step_count", stepCount);
        m.put("_is_initial", false);
        m.put("_get_lr_called_within_step", false);
        m.putAll(super.stateDict());
        return m;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        super.loadStateDict(state);
        if (state.get("base_lrs") instanceof List<?> l) {
            baseLrs = numbers(l);
        }
        if (state.get("_step_count") instanceof Number n) {
            stepCount = n.longValue();
        }
        for (String name : List.copyOf(values.keySet())) {
            if (state.containsKey(name)) {
                values.put(name, state.get(name));
            }
        }
    }
}
