package org.cresset.emit;

import java.util.BitSet;
import java.util.List;
import org.cresset.emit.MachineInstruction.Form;

/**
 * Where the conditions of a body in vectors of 512 bits are: comparisons give masks there, and what only chooses, leaves the loop or
 * makes other such conditions takes masks. Conditions that are wanted as lanes, too, become vectors.
 */
final class MachineMasks {
    /** For what is needed at once only. */
    static final int SCRATCH = 1;

    /** The lanes of a round where that may be fewer than there are. */
    static final int ROUND = 7;

    /** Those of its second half, in the lowest bits, where an operand takes two vectors. */
    static final int SECOND = 6;

    /** Numbers of masks, 0 for values that aren't in one. */
    private final int[] masks;

    private final BitSet held = new BitSet();

    /** Values that can stay masks. */
    private final BitSet conditions = new BitSet();

    /** Of the instructions of a body; of none where conditions are vectors anyway. */
    MachineMasks(List<MachineInstruction> instructions, MachineEmitter body) {
        masks = new int[body.values()];
        conditions.set(0, masks.length);
        // From the last to the first, as it depends on those that read a condition.
        for (int at = instructions.size() - 1; at >= 0; at--) {
            MachineInstruction i = instructions.get(at);
            int v = i.result();
            if (v >= 0 && !(compares(i) || body.isMask(v) && combines(i) && i.first() != i.second())) {
                conditions.clear(v);
            }
            if (i.form() == Form.BLEND) {
                conditions.clear(i.first());
                conditions.clear(i.second());
            } else if (i.form() != Form.EXIT
                    && i.form() != Form.SKIP
                    && !(v >= 0 && conditions.get(v) && combines(i))) {
                for (int source : MachineRegisters.sources(i)) {
                    conditions.clear(source);
                }
            }
        }
    }

    /** Whether an instruction's result is a mask. */
    static boolean compares(MachineInstruction i) {
        return switch (i.map()) {
            case X86.MAP_0F ->
                i.form() == Form.NUMBERED ? i.opcode() == 0xc2 : i.opcode() == 0x66 || i.opcode() == 0x76;
            case X86.MAP_0F38 -> i.opcode() == 0x29 || i.opcode() == 0x37;
            default -> false;
        };
    }

    /** Whether it is an operation on bits that masks have, too. */
    private static boolean combines(MachineInstruction i) {
        return i.form() == Form.PLAIN
                && i.map() == X86.MAP_0F
                && (i.opcode() == 0x54 || i.opcode() == 0x56 || i.opcode() == 0x57);
    }

    /** Whether nothing wants a value's lanes. */
    boolean suffice(int v) {
        return conditions.get(v);
    }

    /** The mask of a value; 0 if it has none. */
    int of(int v) {
        return masks[v];
    }

    /** The number of a mask that holds nothing; 0 if there is none. */
    int free() {
        int free = held.nextClearBit(SCRATCH + 1);
        return free < SECOND ? free : 0;
    }

    void hold(int v, int mask) {
        masks[v] = mask;
        held.set(mask);
    }

    /** A value isn't needed any more. */
    void release(int v) {
        if (masks[v] != 0) {
            held.clear(masks[v]);
            masks[v] = 0;
        }
    }
}
