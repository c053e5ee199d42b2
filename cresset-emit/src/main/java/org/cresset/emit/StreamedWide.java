package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.cresset.base.spi.NativeFunction;

/** The same as {@link StreamedKernel} for a loop over any number of operands that never stops for a rare element. */
final class StreamedWide extends WideKernel {
    private final OperandMoves moves;
    private final int[] of;
    private final int vectorBytes;
    private final NativeFunction code;
    private final Supplier<? extends WideKernel> usual;

    StreamedWide(Loop loop, Supplier<? extends WideKernel> usual, MachineKernels.Installed code) {
        this.moves = new OperandMoves(loop, code.vectorBytes());
        this.vectorBytes = code.vectorBytes();
        this.code = code.function();
        this.usual = usual;
        this.of = OperandMoves.all(loop);
    }

    @Override
    public void run(MemorySegment[] segments, long[] offsets, int n) {
        rows(segments, offsets, MachineWide.STAY, 1, n);
    }

    @Override
    public void rows(MemorySegment[] segments, long[] offsets, long[] steps, int rows, int n) {
        long[] addresses = moves.rows(segments, offsets, steps, of, rows, n);
        int out = of.length - 1;
        if (n % moves.lanes != 0
                || addresses[out] % vectorBytes != 0
                || steps[out] % vectorBytes != 0
                || n > MachineKernels.LONGEST) {
            usual.get().rows(segments, offsets, steps, rows, n);
            return;
        }
        MachineBlock block = MachineBlock.own();
        int most = Math.max(1, MachineKernels.BRIEF / n);
        for (int row = 0; row < rows; row += most) {
            moves.tell(block, addresses, steps, of, row, 0);
            code.callBriefly(n, block.of(Math.min(most, rows - row), of.length), 0, 0, 0);
        }
        Reference.reachabilityFence(segments);
    }
}
