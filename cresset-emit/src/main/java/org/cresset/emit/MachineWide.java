package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.cresset.base.spi.NativeFunction;

/** A loop over any number of operands, in machine code. */
final class MachineWide extends WideKernel {
    /** The steps of a single row. */
    static final long[] STAY = new long[MachineBlock.MOST_OPERANDS];

    private final OperandMoves moves;
    private final int[] of;
    private final Supplier<? extends WideKernel> scalar;
    private final NativeFunction code;

    MachineWide(Loop loop, Supplier<? extends WideKernel> scalar, MachineKernels.Installed code) {
        this.moves = new OperandMoves(loop, code.vectorBytes());
        this.scalar = scalar;
        this.code = code.function();
        this.of = OperandMoves.all(loop);
    }

    @Override
    public void run(MemorySegment[] segments, long[] offsets, int n) {
        int whole = moves.whole(n);
        long[] addresses = moves.rows(segments, offsets, STAY, of, 1, n);
        MachineBlock block = MachineBlock.own();
        int done = 0;
        while (done < n) {
            int end = Math.min(whole, done + MachineKernels.BRIEF);
            if (done < whole) {
                moves.tell(block, addresses, STAY, of, 0, done);
                done += (int) code.callBriefly(end - done, block.of(1, of.length), 0, 0, 0);
            }
            int some = moves.left(done, n);
            if (some > 0 && (done < end || done == whole)) { // a rare element, or the end
                scalar(segments, offsets, STAY, 0, done, some);
                done += some;
            }
        }
        Reference.reachabilityFence(segments);
    }

    /** Many rows in a call. What is left of them behind whole vectors, the scalar form takes when all else is done. */
    @Override
    public void rows(MemorySegment[] segments, long[] offsets, long[] steps, int rows, int n) {
        int whole = moves.whole(n);
        if (rows < 2 || whole == 0 || n > MachineKernels.LONGEST) {
            super.rows(segments, offsets, steps, rows, n);
            return;
        }
        long[] addresses = moves.rows(segments, offsets, steps, of, rows, n);
        MachineBlock block = MachineBlock.own();
        int most = Math.max(1, MachineKernels.BRIEF / whole);
        int row = 0;
        int column = 0;
        while (row < rows) {
            // The rest of a row at which the code stopped, or all rows from here on.
            int some = column > 0 ? 1 : Math.min(rows - row, most);
            moves.tell(block, addresses, steps, of, row, column);
            column += (int) code.callBriefly(whole - column, block.of(some, of.length), 0, 0, 0);
            row += some - block.left();
            if (row < rows && column < whole) { // a rare element
                int left = moves.left(column, whole);
                scalar(segments, offsets, steps, row, column, left);
                column += left;
            }
            if (column >= whole) {
                row += block.left() > 0 ? 1 : 0;
                column = 0;
            }
        }
        for (int r = 0; whole < n && r < rows; r++) {
            scalar(segments, offsets, steps, r, whole, n - whole);
        }
        Reference.reachabilityFence(segments);
    }

    private void scalar(MemorySegment[] segments, long[] offsets, long[] steps, int row, int column, int n) {
        long[] at = new long[of.length];
        for (int k = 0; k < of.length; k++) {
            at[k] = offsets[k] + row * steps[k] + moves.to(column, of[k]);
        }
        scalar.get().run(segments, at, n);
    }
}
