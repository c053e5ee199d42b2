package org.cresset.emit;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * A loop over rows to be emitted as a {@link MemoryGridKernel}. A repeated input is one number for each row.
 *
 * @param loop name, type, inputs, outputs and body; without accumulators
 * @param groups for each operand the group of those that move together from row to row, counted from 0
 */
public record GridLoop(Loop loop, List<Integer> groups) {
    /** Checks that each operand has its group. */
    public GridLoop {
        groups = List.copyOf(groups);
        if (groups.size() != loop.operands() || !loop.accumulators().isEmpty()) {
            throw new IllegalArgumentException(loop.name() + ": a grid has inputs and outputs, each in a group");
        }
    }

    /** Simple class name of the scalar form; the vector form's ends in V. */
    public String name() {
        return loop.name();
    }

    /** How many groups of repeated inputs there are. */
    int numberGroups() {
        BitSet found = new BitSet();
        for (int k = 0; k < loop.inputs(); k++) {
            if (loop.repeats(k)) {
                found.set(groups.get(k));
            }
        }
        return found.cardinality();
    }

    int groupCount() {
        return groups.isEmpty() ? 0 : Collections.max(groups) + 1;
    }
}
