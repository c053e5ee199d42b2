package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * x + f(value, a, b), where f is an operation with a number. That makes four operands, one more than a loop has; so both sums
 * and terms go through the first-level cache some elements at a time.
 */
final class AddScaled {
    private static final int TILE = 2048;
    private static final long GRAIN = 1 << 15;
    private static final int REPEATED_THIRD = 4;
    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8 * TILE, 64));

    private AddScaled() {}

    /** Whether there are kernels for a dtype. */
    static boolean has(DType t) {
        return t == DType.FLOAT32 || t == DType.FLOAT64;
    }

    /** Computes that into {@code out}, of a dtype for which there are kernels; x, a and b broadcast to its shape. */
    static void run(Binary f, double value, Dense x, Dense a, Dense b, Dense out) {
        Elementwise.One number = new Elementwise.One(value);
        if (!alike(x, out) || !alike(a, out) || !alike(b, out) || !out.isDense()) {
            Dense term = Dense.empty(Broadcast.shapes(f.name(), new Tensor[] {a, b}), out.dtype());
            f.computeInto(number, new Dense[] {a, b}, term);
            Arithmetic.Add.OP.computeInto(None.NONE, new Dense[] {x, term}, out);
            return;
        }
        LaneType lane = out.dtype() == DType.FLOAT64 ? LaneType.F64 : LaneType.F32;
        Dense factor = Dense.number(value, out.dtype());
        long n = out.numel();
        int shift = out.dtype().shift();
        Kernel terms = f.loop(lane, REPEATED_THIRD).pick(n);
        Kernel sums = Arithmetic.Add.OP.loop(lane, 0).pick(n);
        Workers.parallelFor(n, GRAIN, (from, to) -> {
            MemorySegment tile = TILES.get();
            for (long i = from; i < to; i += TILE) {
                int some = (int) Math.min(TILE, to - i);
                long at = i << shift;
                terms.run(
                        a.segment(),
                        a.byteOffset() + at,
                        b.segment(),
                        b.byteOffset() + at,
                        factor.segment(),
                        factor.byteOffset(),
                        tile,
                        0,
                        some);
                sums.run(
                        x.segment(), x.byteOffset() + at, tile, 0, null, 0, out.segment(), out.byteOffset() + at, some);
            }
        });
    }

    private static boolean alike(Dense t, Dense out) {
        return t.dtype() == out.dtype() && t.sameLayout(out);
    }

    /** Brings the mapped ones of the first three inputs to one rank. */
    static Tensor[] aligned(@Nullable Tensor[] in, boolean[] mapped) {
        int rank = 0;
        for (int i = 0; i < 3; i++) {
            rank = Math.max(rank, in[i].dim() - (mapped[i] ? 1 : 0));
        }
        Tensor[] aligned = in.clone();
        for (int i = 0; i < 3; i++) {
            aligned[i] = mapped[i] ? Func.alignBatch(in[i], rank) : in[i];
        }
        return aligned;
    }
}
