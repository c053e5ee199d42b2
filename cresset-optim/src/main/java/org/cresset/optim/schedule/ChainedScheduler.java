package org.cresset.optim.schedule;

import java.util.List;
import java.util.Map;
import org.cresset.optim.Optimizer;
import org.jspecify.annotations.Nullable;

/** Several schedules at once, whose factors multiply. As {@code torch.optim.lr_scheduler.ChainedScheduler}. */
public final class ChainedScheduler extends LRScheduler {
    private final List<LRScheduler> schedulers;

    /**
     * Of schedules of one optimizer.
     *
     * @throws org.cresset.base.CressetException if there are none, or they are of different optimizers
     */
    public ChainedScheduler(List<? extends LRScheduler> schedulers) {
        super(optimizerOf(schedulers), 0);
        this.schedulers = List.copyOf(schedulers);
    }

    private static Optimizer optimizerOf(List<? extends LRScheduler> schedulers) {
        Composed.check("ChainedScheduler", null, schedulers);
        return schedulers.getFirst().optimizer();
    }

    @Override
    public void step() {
        schedulers.forEach(LRScheduler::step);
        setLastEpoch(lastEpoch() + 1);
        noteRates();
    }

    @Override
    void undo() {
        schedulers.forEach(LRScheduler::undo);
        setLastEpoch(lastEpoch() - 1);
    }

    @Override
    void initialStep() {
        step();
    }

    @Override
    void restart() {
        schedulers.forEach(LRScheduler::restart);
        setLastEpoch(0);
        noteRates();
    }

    @Override
    public Map<String, @Nullable Object> stateDict() {
        Map<String, @Nullable Object> m = super.stateDict();
        m.put("_schedulers", Composed.save(schedulers));
        return m;
    }

    @Override
    public void loadStateDict(Map<String, ?> state) {
        Composed.load("ChainedScheduler", schedulers, state.get("_schedulers"));
        setLastEpoch(schedulers.getFirst().lastEpoch());
        noteRates();
    }
}
