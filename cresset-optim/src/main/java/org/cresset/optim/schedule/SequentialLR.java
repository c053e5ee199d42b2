package org.cresset.optim.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.cresset.optim.ParamGroup;
import org.jspecify.annotations.Nullable;

/** One schedule after the other. As {@code torch.optim.lr_scheduler.SequentialLR}. */
public final class SequentialLR extends LRScheduler {
    private final List<LRScheduler> schedulers;
    private List<Long> milestones;

    /** {@code schedulers[i]} until epoch {@code milestones[i]}, then the next. */
    public SequentialLR(Optimizer optimizer, List<? extends LRScheduler> schedulers, long... milestones) {
        this(optimizer, schedulers, milestones, -1);
    }

    /**
     * With all parameters.
     *
     * @param schedulers of this optimizer, made just before
     * @param milestones the epochs, rising, at which the second schedule and the following begin
     * @param lastEpoch -1, or the epoch to go on from
     * @throws CressetException if the schedules are of another optimizer, or there isn't one milestone less than schedules
     */
    public SequentialLR(
            Optimizer optimizer, List<? extends LRScheduler> schedulers, long[] milestones, long lastEpoch) {
        super(optimizer, lastEpoch + 1);
        this.schedulers = List.copyOf(schedulers);
        this.milestones = new ArrayList<>();
        for (long m : milestones) {
            this.milestones.add(m);
        }
        Composed.check("SequentialLR", optimizer, this.schedulers);
        if (milestones.length != schedulers.size() - 1) {
            throw CressetException.value("SequentialLR: " + milestones.length + " milestones for " + schedulers.size()
                    + " schedules; expected one less than schedules");
        }
        for (ParamGroup g : groups()) {
            g.setLr(g.number("initial_lr"));
        }
        undo();
        current(0).initialStep();
        noteRates();
    }

    private LRScheduler current(long epoch) {
        int i = 0;
        while (i < milestones.size() && milestones.get(i) <= epoch) {
            i++;
        }
        return schedulers.get(i);
    }

    @Override
    public void step() {
        setLastEpoch(lastEpoch() + 1);
        LRScheduler s = current(lastEpoch());
        if (milestones.contains(lastEpoch())) {
            s.restart();
        } else {
            s.step();
        }
        noteRates();
    }

    @Override
    void undo() {
        schedulers.forEach(LRScheduler::undo);
    }

    @Override
    void initialStep() {
        step();
    }

    @Override
    void restart() {
        setLastEpoch(0);
        current(0).restart();
        noteRates();
    }

    @Override
    public Map<String, @Nullable Object> stateDict() {
        Map<String, @Nullable Object> m = super.stateDict();
        m.put("_milestones", milestones);
        m.put("_schedulers", Composed.save(schedulers));
        return m;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        super.loadStateDict(state);
        if (state.get("_milestones") instanceof List<?> l) {
            milestones = numbers(l).stream().map(Double::longValue).toList();
        }
        Composed.load("SequentialLR", schedulers, state.get("_schedulers"));
    }
}
