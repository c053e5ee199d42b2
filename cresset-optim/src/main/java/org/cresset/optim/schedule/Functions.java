package org.cresset.optim.schedule;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.cresset.base.CressetException;
import org.cresset.optim.Optimizer;
import org.jspecify.annotations.Nullable;

/** The functions that some schedules are given. */
final class Functions {
    private Functions() {}

    /** One for each group: given so, or one for all. */
    static LongToDoubleFunction[] perGroup(String schedule, Optimizer optimizer, LongToDoubleFunction[] given) {
        int groups = optimizer.paramGroups().size();
        if (given.length != 1 && given.length != groups) {
            throw CressetException.value(schedule + ": " + given.length
                    + " functions; expected one, or one for each of " + groups + " groups of parameters");
        }
        LongToDoubleFunction[] all = Arrays.copyOf(given, groups);
        if (given.length == 1) {
            Arrays.fill(all, given[0]);
        }
        return all;
    }

    /** What a state dict holds in their place. */
    static List<@Nullable Object> unsaved(Optimizer optimizer) {
        return Collections.nCopies(optimizer.paramGroups().size(), null);
    }
}
