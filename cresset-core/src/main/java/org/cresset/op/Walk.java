package org.cresset.op;

import java.util.function.Supplier;
import org.cresset.base.Workers;

/** Goes over the innermost runs of a {@link Geometry} one after the other, keeping the offsets without divisions. */
final class Walk {
    private static final long GRAIN = 1 << 14;

    private final Geometry geometry;
    private final long[] at;
    private final long[] offsets;

    private Walk(Geometry g, long run) {
        geometry = g;
        at = new long[g.rank];
        offsets = g.starts.clone();
        long rest = run;
        for (int d = g.rank - 2; d >= 0; d--) {
            at[d] = rest % g.dims[d];
            rest /= g.dims[d];
            for (int k = 0; k < offsets.length; k++) {
                offsets[k] += at[d] * g.steps[k][d];
            }
        }
    }

    private void next() {
        Geometry g = geometry;
        for (int d = g.rank - 2; d >= 0; d--) {
            if (++at[d] < g.dims[d]) {
                for (int k = 0; k < offsets.length; k++) {
                    offsets[k] += g.steps[k][d];
                }
                return;
            }
            at[d] = 0;
            for (int k = 0; k < offsets.length; k++) {
                offsets[k] -= (g.dims[d] - 1) * g.steps[k][d];
            }
        }
    }

    /** What is done with a run: n elements from these byte offsets of the operands on, by the innermost steps. */
    @FunctionalInterface
    interface Run {
        void at(long a, long b, long c, long n);
    }

    /** All runs in order, of three operands from operand {@code first} on. */
    static void each(Geometry g, int first, Run body) {
        runs(g, first, 0, g.numel == 0 ? 0 : g.numel / g.inner(), body);
    }

    /** All runs of three operands, by several threads. */
    static void parallel(Geometry g, Run body) {
        parallel(g, () -> body);
    }

    /** All runs of three operands, by several threads with a body of their own for each part. */
    static void parallel(Geometry g, Supplier<Run> bodies) {
        if (g.numel == 0) {
            return;
        }
        long inner = g.inner();
        long runs = g.numel / inner;
        if (runs > 1) {
            Workers.parallelFor(runs, Math.max(1, GRAIN / inner), (from, to) -> runs(g, 0, from, to, bodies.get()));
            return;
        }
        long a = g.innerStep(0);
        long b = g.innerStep(1);
        long c = g.innerStep(2);
        Workers.parallelFor(inner, GRAIN, (from, to) -> bodies.get()
                .at(g.starts[0] + from * a, g.starts[1] + from * b, g.starts[2] + from * c, to - from));
    }

    private static void runs(Geometry g, int first, long from, long to, Run body) {
        if (from == to) {
            return;
        }
        Walk w = new Walk(g, from);
        long inner = g.inner();
        for (long i = from; i < to; i++) {
            body.at(w.offsets[first], w.offsets[first + 1], w.offsets[first + 2], inner);
            w.next();
        }
    }
}
