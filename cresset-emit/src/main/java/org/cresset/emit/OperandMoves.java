package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How operands of a loop in machine code move with its elements. */
final class OperandMoves {
    /** That there is no such operand. */
    static final int NONE = -1;

    /** That an operand doesn't move, because it is a block of accumulators. */
    static final int ACCUMULATORS = -2;

    /** The same because it is one number; less the logarithm of its size. */
    static final int STAYS = -3;

    final int lanes;
    final int size;
    final int block;
    private final int step;

    /** Whether the code handles ends that are no whole vectors. */
    private final boolean ends;

    /** Of code in vectors of so many bytes. */
    OperandMoves(Loop loop, int vectorBytes) {
        lanes = MachineLoop.lanes(loop.type(), vectorBytes);
        ends = vectorBytes > MachineLoop.VECTOR;
        size = loop.type().dtype().size();
        block = loop.type().accumulators() * size;
        step = loop.accumulators().isEmpty() ? lanes : loop.type().accumulators();
    }

    /** How many of n elements the code handles. */
    int whole(int n) {
        return ends ? n : n & -lanes;
    }

    /** How many elements the scalar form takes where the code has stopped: as many as are left, or up to where it can go on. */
    int left(int done, int n) {
        return Math.min(step - done % step, n - done);
    }

    static int of(Loop loop, int operand) {
        if (operand >= loop.inputs() + loop.outputs()) {
            return ACCUMULATORS;
        }
        int shift = loop.row(operand).shift(loop.type());
        return loop.repeats(operand) ? STAYS - shift : shift;
    }

    /** Bytes of n elements of an operand that there is. */
    long bytes(int moves, int n) {
        return moves >= 0 ? (long) n << moves : moves == ACCUMULATORS ? block : 1L << STAYS - moves;
    }

    /** The address of an operand, of which all n elements lie inside its segment. */
    long address(@Nullable MemorySegment segment, long offset, int moves, int n) {
        return moves == NONE || segment == null ? 0 : Window.address(segment, offset, bytes(moves, n));
    }

    /** How each operand of a loop moves. */
    static int[] all(Loop loop) {
        int[] moves = new int[loop.operands()];
        Arrays.setAll(moves, k -> of(loop, k));
        return moves;
    }

    /** Tells code where operands are in a row, from a column on. */
    void tell(MachineBlock block, long[] addresses, long[] steps, int[] moves, int row, int column) {
        for (int k = 0; k < moves.length; k++) {
            block.operand(k, from(addresses[k] + row * steps[k], column, moves[k]), steps[k]);
        }
    }

    /** The addresses of operands in the first of some rows, which all lie inside their segments. */
    long[] rows(MemorySegment[] segments, long[] offsets, long[] steps, int[] moves, int rows, int n) {
        long[] addresses = new long[moves.length];
        for (int k = 0; k < moves.length; k++) {
            long others = Math.multiplyExact(rows - 1, steps[k]);
            long below = Math.min(others, 0);
            long bytes = bytes(moves[k], n) + Math.abs(others);
            addresses[k] = Window.address(segments[k], offsets[k] + below, bytes) - below;
        }
        return addresses;
    }

    /** Bytes from an operand's place for element 0 to that for element {@code i}. */
    long to(int i, int moves) {
        return moves >= 0 ? (long) i << moves : moves == ACCUMULATORS ? (long) i * size & block - 1 : 0;
    }

    /** The address for rows from an element that begins a block of accumulators, or has none. */
    long from(long address, int i, int moves) {
        return moves >= 0 ? address + ((long) i << moves) : address;
    }
}
