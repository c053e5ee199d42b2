package org.cresset.emit;

import java.util.Collections;
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
 * @param rows how each input and output lies in memory; a pair is two values for the body
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
        List<Row> rows,
        boolean wide,
        Body body) {
    /** A loop over memory of the type that it computes in. */
    public Loop(
            String name,
            LaneType type,
            List<Boolean> repeated,
            int outputs,
            List<Combine> accumulators,
            boolean wide,
            Body body) {
        this(
                name,
                type,
                repeated,
                outputs,
                accumulators,
                Collections.nCopies(repeated.size() + outputs, Row.PLAIN),
                wide,
                body);
    }

    /** Checks the limits of {@link Kernel}. */
    public Loop {
        repeated = List.copyOf(repeated);
        accumulators = List.copyOf(accumulators);
        rows = List.copyOf(rows);
        if (rows.size() != repeated.size() + outputs) {
            throw new IllegalArgumentException(
                    name + ": " + rows.size() + " rows for " + repeated.size() + " inputs and " + outputs + " outputs");
        }
        for (int k = 0; k < rows.size(); k++) {
            if (rows.get(k) == Row.SOON && (k >= repeated.size() || repeated.get(k))) {
                throw new IllegalArgumentException(
                        name + ": operand " + k + " isn't a row of an input, which SOON wants");
            }
        }
        boolean both = outputs == 1 && accumulators.size() == 1;
        if (!wide && (repeated.size() > (both ? 2 : 3) || outputs + accumulators.size() != 1 && !both)) {
            throw new IllegalArgumentException(
                    name + ": a Kernel has up to 3 inputs and one result, or 2 inputs, an output and an accumulator");
        }
    }

    int inputs() {
        return repeated.size();
    }

    /** How many operands there are: inputs, outputs and accumulators. */
    public int operands() {
        return repeated.size() + outputs + accumulators.size();
    }

    /** Whether an operand is one element repeated. */
    boolean repeats(int operand) {
        return operand < inputs() && repeated.get(operand);
    }

    /** How operand {@code i} lies in memory: inputs, then outputs, then accumulators. */
    Row row(int i) {
        return i < rows.size() ? rows.get(i) : Row.PLAIN;
    }

    /** Whether results are kept in float32, however they are computed. */
    boolean narrow() {
        return rows.contains(Row.NARROW) || rows.contains(Row.NARROW_PAIR);
    }

    /**
     * Whether there is a form in the Vector API: no {@link Lanes#call} and no division of int32 in the body. Pairs of float64
     * have none, and none of what isn't float32 there; pairs of float32 come in an order of their own, so that all operands have to be such.
     */
    public boolean vectorizable() {
        if (rows.stream().anyMatch(Row::isCast) || rows.contains(Row.PAIR) && (type != LaneType.F32 || !inOneOrder())) {
            return false;
        }
        return Constants.of(this).vectorizable();
    }

    /** Whether all operands are pairs, whose elements may come in any order as long as it is the same for all. */
    boolean inOneOrder() {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) != Row.PAIR && !(i < inputs() && repeated.get(i))) {
                return false;
            }
        }
        return true;
    }
}
