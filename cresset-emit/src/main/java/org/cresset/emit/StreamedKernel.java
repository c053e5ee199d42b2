package org.cresset.emit;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.cresset.base.spi.NativeFunction;
import org.jspecify.annotations.Nullable;

/**
 * A loop in machine code over so many elements that memory is what takes the time. Its results go past the caches: memory isn't
 * read only because it is going to be overwritten, and what the caches have stays there. Results that aren't aligned, or lie where
 * an input does, take the usual form.
 */
final class StreamedKernel extends Kernel {
    private final OperandMoves moves;
    private final int[] of = {OperandMoves.NONE, OperandMoves.NONE, OperandMoves.NONE};
    private final int out;
    private final int vectorBytes;
    private final NativeFunction code;
    private final Supplier<? extends Kernel> usual;

    StreamedKernel(Loop loop, MachineKernels.Installed code, Supplier<? extends Kernel> usual) {
        this.vectorBytes = code.vectorBytes();
        this.moves = new OperandMoves(loop, vectorBytes);
        this.code = code.function();
        this.usual = usual;
        this.out = OperandMoves.of(loop, loop.inputs());
        for (int k = 0; k < loop.inputs(); k++) {
            of[k] = OperandMoves.of(loop, k);
        }
    }

    @Override
    public void run(
            MemorySegment a,
            long ao,
            @Nullable MemorySegment b,
            long bo,
            @Nullable MemorySegment c,
            long co,
            MemorySegment o,
            long oo,
            int n) {
        long pa = moves.address(a, ao, of[0], n);
        long pb = moves.address(b, bo, of[1], n);
        long pc = moves.address(c, co, of[2], n);
        long po = moves.address(o, oo, out, n);
        int whole = n & -moves.lanes;
        if (po % vectorBytes != 0 || meets(pa, of[0], po, n) || meets(pb, of[1], po, n) || meets(pc, of[2], po, n)) {
            whole = 0;
        }
        int done = 0;
        while (done < n) {
            int end = Math.min(whole, done + MachineKernels.BRIEF);
            if (done < whole) {
                done += (int) code.callBriefly(
                        end - done,
                        moves.from(pa, done, of[0]),
                        moves.from(pb, done, of[1]),
                        moves.from(pc, done, of[2]),
                        moves.from(po, done, out));
            }
            if (done < end || done == whole && done < n) { // a rare element, or the end
                int some = done < end ? moves.lanes : n - done;
                usual.get()
                        .run(
                                a,
                                ao + moves.to(done, of[0]),
                                b,
                                bo + moves.to(done, of[1]),
                                c,
                                co + moves.to(done, of[2]),
                                o,
                                oo + moves.to(done, out),
                                some);
                done += some;
            }
        }
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        Reference.reachabilityFence(c);
        Reference.reachabilityFence(o);
    }

    private boolean meets(long input, int moves, long output, int n) {
        return moves >= 0 && input < output + ((long) n << out) && output < input + ((long) n << moves);
    }
}
