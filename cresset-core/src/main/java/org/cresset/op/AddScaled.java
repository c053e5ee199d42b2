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
 * x + f(value, a, b), where f is an operation with a number. That makes four operands, one more than a loop has; so terms are
 * made some at a time, in memory that stays in the cache, and added while they are there.
 */
final class AddScaled {
    private static final int TILE = 8192;
    private static final long GRAIN = 1 << 15;

    /** Elements of a row from which on rows are worth it. */
    private static final int SHORTEST = 64;

    private static final int REPEATED_THIRD = 4;
    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8 * TILE, 64));

    private AddScaled() {}

    /** Whether there are kernels for a dtype. */
    static boolean has(DType t) {
        return t == DType.FLOAT32 || t == DType.FLOAT64;
    }

    /**
     * Computes that into {@code out}, of a dtype for which there are kernels; x, a and b broadcast to its shape.
     *
     * @param withOne the same where the value is 1, with three operands
     */
    static void run(Binary f, Ternary withOne, double value, Dense x, Dense a, Dense b, Dense out) {
        if (value == 1) {
            withOne.computeInto(None.NONE, new Dense[] {x, a, b}, out);
            return;
        }
        DType t = out.dtype();
        Geometry g = Geometry.of(out.shape(), out, x, a, b);
        boolean same = x.dtype() == t && a.dtype() == t && b.dtype() == t;
        if (!same || g.inner() < SHORTEST || g.innerStep(0) != t.size() || !rows(g, t.size())) {
            Dense term = Dense.empty(Broadcast.shapes(f.name(), new Tensor[] {a, b}), t);
            f.computeInto(new Elementwise.One(value), new Dense[] {a, b}, term);
            Arithmetic.Add.OP.computeInto(None.NONE, new Dense[] {x, term}, out);
            return;
        }
        LaneType lane = t == DType.FLOAT64 ? LaneType.F64 : LaneType.F32;
        Dense factor = Dense.number(value, t);
        int repeated = (g.innerStep(2) == 0 ? 1 : 0) | (g.innerStep(3) == 0 ? 2 : 0);
        Kernel terms = f.loop(lane, repeated | REPEATED_THIRD).pick(g.numel);
        Kernel sums = Arithmetic.Add.OP.loop(lane, g.innerStep(1) == 0 ? 1 : 0).pick(g.numel);
        long inner = g.inner();
        Workers.parallelFor(g.numel, GRAIN, (from, to) -> {
            MemorySegment tile = TILES.get();
            for (long i = from; i < to; ) {
                int some = (int) Math.min(Math.min(TILE, to - i), inner - i % inner);
                terms.run(
                        a.segment(),
                        g.offset(2, i),
                        b.segment(),
                        g.offset(3, i),
                        factor.segment(),
                        factor.byteOffset(),
                        tile,
                        0,
                        some);
                sums.run(x.segment(), g.offset(1, i), tile, 0, null, 0, out.segment(), g.offset(0, i), some);
                i += some;
            }
        });
    }

    /** Whether all inputs are rows of memory or one number for each row. */
    private static boolean rows(Geometry g, int size) {
        for (int k = 1; k < 4; k++) {
            if (g.innerStep(k) != size && g.innerStep(k) != 0) {
                return false;
            }
        }
        return true;
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
