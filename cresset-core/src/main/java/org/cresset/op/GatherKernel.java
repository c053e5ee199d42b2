package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.op.Gathering.Along;
import org.cresset.tensor.Dense;

/** Reads where an index says. */
final class GatherKernel {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    private GatherKernel() {}

    static void run(Along a, Dense x, Dense index, Dense y) {
        int size = x.dtype().size();
        long n = x.size(a.dim());
        long jump = x.stride(a.dim()) * size;
        boolean wide = Positions.wide(index);
        Geometry g = Geometry.of(y.shape(), y, Gathering.columns(x, index, a.dim()), index);
        long ys = g.innerStep(0);
        long xs = g.innerStep(1);
        long is = g.innerStep(2);
        MemorySegment from = x.segment();
        MemorySegment to = y.segment();
        MemorySegment m = index.segment();
        String op = a.op();
        Positions p = a.positions();
        Walk.parallel(g, (yo, xo, io, count) -> {
            if (is == 0) {
                long k = p.checked(op, Positions.read(m, wide, io), n);
                Convert.move(from, xo + k * jump, xs, to, yo, ys, size, count);
                return;
            }
            switch (size) {
                case 1 -> {
                    for (long i = 0; i < count; i++) {
                        long k = p.checked(op, Positions.read(m, wide, io + i * is), n);
                        to.set(B, yo + i * ys, from.get(B, xo + i * xs + k * jump));
                    }
                }
                case 2 -> {
                    for (long i = 0; i < count; i++) {
                        long k = p.checked(op, Positions.read(m, wide, io + i * is), n);
                        to.set(S, yo + i * ys, from.get(S, xo + i * xs + k * jump));
                    }
                }
                case 4 -> {
                    for (long i = 0; i < count; i++) {
                        long k = p.checked(op, Positions.read(m, wide, io + i * is), n);
                        to.set(I, yo + i * ys, from.get(I, xo + i * xs + k * jump));
                    }
                }
                case 8 -> {
                    for (long i = 0; i < count; i++) {
                        long k = p.checked(op, Positions.read(m, wide, io + i * is), n);
                        to.set(L, yo + i * ys, from.get(L, xo + i * xs + k * jump));
                    }
                }
                default -> {
                    for (long i = 0; i < count; i++) {
                        long k = p.checked(op, Positions.read(m, wide, io + i * is), n);
                        to.set(L, yo + i * ys, from.get(L, xo + i * xs + k * jump));
                        to.set(L, yo + i * ys + 8, from.get(L, xo + i * xs + k * jump + 8));
                    }
                }
            }
        });
    }
}
