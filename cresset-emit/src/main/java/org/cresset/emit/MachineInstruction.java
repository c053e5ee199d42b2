package org.cresset.emit;

/**
 * An instruction on vectors, of values that have no registers yet.
 *
 * @param form what it is for the allocation of registers; says which of the operands there are
 * @param map of the opcode, as {@link X86} numbers it
 * @param prefix66 whether it has that prefix
 * @param wide the bit W of its prefix
 * @param result the value that it makes; -1 if none
 * @param number shift, predicate or extension byte; of a store what part of the register
 * @param operand of loads and stores; accumulators are at their lane
 * @param offset of loads and stores, the bytes from the operand's place in this round
 */
record MachineInstruction(
        Form form,
        int map,
        int opcode,
        boolean prefix66,
        boolean wide,
        int result,
        int first,
        int second,
        int third,
        int number,
        int operand,
        int offset) {
    /** What an instruction is for the allocation of registers. */
    enum Form {
        /** {@code result = first op second}. */
        PLAIN,
        /** {@code result = op second}. */
        UNARY,
        /** {@code result = first op second}, with a number behind it. */
        NUMBERED,
        /** {@code result = op second}, with a number behind it. */
        NUMBERED_UNARY,
        /** {@code result = first shifted by} a number. */
        SHIFT,
        /** {@code result = mask ? second : first}. */
        BLEND,
        /** {@code result = first * second + third}. */
        FMA,
        /** Leaves the loop if the mask {@code first} holds anywhere. */
        EXIT,
        /** Goes on at the {@code JOIN} that belongs to it if the mask {@code first} holds nowhere. */
        SKIP,
        /** Ends what is left out then, of which nothing is needed any more but lanes that nobody wants. */
        JOIN,
        /** {@code result =} an operand's vector. */
        LOAD,
        /** An operand's vector {@code = first}. */
        STORE,
        /** The register of accumulator {@code number = first}. */
        KEEP
    }
}
