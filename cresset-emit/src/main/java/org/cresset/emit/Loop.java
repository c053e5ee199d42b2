package org.cresset.emit;

import java.util.List;

/**
 * A loop to be emitted.
 *
 * @param name simple class name, unique in its package
 * @param type what it computes in
 * @param repeated for each input, whether it is one element repeated instead of a row
 * @param outputs number of output rows
 * @param accumulators how each accumulator combines; its operand is a block of {@link LaneType#accumulators()} elements that
 *     the loop updates: element i of the row goes to accumulator {@code i % block}
 * @param wide whether the class is a {@link WideKernel}; otherwise a {@link Kernel} (at most 3 inputs and one output or
 *     accumulator, or at most 2 inputs, one output and one accumulator, which then takes the place of the third input)
 * @param body what is done
 */
public record Loop(
        String name,
        LaneType type,
        List<Boolean> repeated,
        int outputs,
        List<Combine> accumulators,
        boolean wide,
        Body body) {
    /** Checks the limits of {@link Kernel}. */
    public Loop {
        repeated = List.copyOf(repeated);
        accumulators = List.copyOf(accumulators);
        boolean both = outputs == 1 && accumulators.size() == 1;
        if (!wide && (repeated.size() > (both ? 2 : 3) || outputs + accumulators.size() != 1 && !both)) {
            throw new IllegalArgumentException(
                    name + ": a Kernel has up to 3 inputs and one result, or 2 inputs, an output and an accumulator");
        }
    }

    int inputs() {
        return repeated.size();
    }

    int operands() {
        return repeated.size() + outputs + accumulators.size();
    }

    /** Whether the body has a vector form: no {@link Lanes#call} and no integer division in it. */
    public boolean vectorizable() {
        return Constants.of(this).vectorizable();
    }
}
