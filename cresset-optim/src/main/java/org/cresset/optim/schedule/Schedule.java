package org.cresset.optim.schedule;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that sets an optimizer's learning rates and can be saved. */
public interface Schedule {
    /** The learning rate of each group of parameters, as it was set last. As {@code get_last_lr}. */
    List<Double> lastLr();

    /** What PyTorch's scheduler of the same name has in its {@code state_dict()}: numbers, booleans, strings, lists, maps. */
    Map<String, @Nullable Object> stateDict();

    /** Takes over what {@link #stateDict()} or PyTorch's scheduler gave. */
    void loadStateDict(Map<String, ?> state);
}
