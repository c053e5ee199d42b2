package org.cresset.optim.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.jspecify.annotations.Nullable;

/** What schedules made of schedules share. */
final class Composed {
    private Composed() {}

    /** Throws unless there are schedules, all of one optimizer (null: that of the first). */
    static void check(String name, @Nullable Optimizer optimizer, List<? extends LRScheduler> schedulers) {
        if (schedulers.isEmpty()) {
            throw CressetException.value(name + ": no schedules; expected at least one");
        }
        Optimizer expected = optimizer == null ? schedulers.getFirst().optimizer() : optimizer;
        for (int i = 0; i < schedulers.size(); i++) {
            if (schedulers.get(i).optimizer() != expected) {
                throw CressetException.value(name + ": schedule " + i + ", a "
                        + schedulers.get(i).getClass().getSimpleName() + ", is of another optimizer");
            }
        }
    }

    static List<Object> save(List<LRScheduler> schedulers) {
        List<Object> saved = new ArrayList<>();
        for (LRScheduler s : schedulers) {
            saved.add(s.stateDict());
        }
        return saved;
    }

    static void load(String name, List<LRScheduler> schedulers, @Nullable Object saved) {
        if (!(saved instanceof List<?> list) || list.size() != schedulers.size()) {
            throw CressetException.value(name + ".loadStateDict: expected a list _schedulers of " + schedulers.size()
                    + " states, got " + saved);
        }
        for (int i = 0; i < schedulers.size(); i++) {
            if (!(list.get(i) instanceof Map<?, ?> m)) {
                throw CressetException.value(
                        name + ".loadStateDict: state " + i + " is " + list.get(i) + "; expected a map");
            }
            Map<String, @Nullable Object> state = new LinkedHashMap<>();
            m.forEach((k, v) -> state.put(String.valueOf(k), v));
            schedulers.get(i).loadStateDict(state);
        }
    }
}
