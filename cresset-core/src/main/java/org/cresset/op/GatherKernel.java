package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.emit.Window;
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
        Geometry g = Geometry.of(y.shape(), y, Gathering.columns(x, index, a.dim()), index);
        long ys = g.innerStep(0);
        long xs = g.innerStep(1);
        long is = g.innerStep(2);
        MemorySegment from = x.segment();
        MemorySegment to = y.segment();
        Walk.parallel(g, () -> {
            Jumps jumps = new Jumps(a, index, is, x, xs, g.inner());
            return (yo, xo, io, count) -> {
                if (is == 0) {
                    Convert.move(from, xo + jumps.one(io), xs, to, yo, ys, size, count);
                    return;
                }
                for (long i = 0; i < count; i += Jumps.BLOCK) {
                    int n = (int) Math.min(Jumps.BLOCK, count - i);
                    move(from, xo + i * xs, jumps.at(io + i * is, n), to, yo + i * ys, ys, size, n);
                }
            };
        });
    }

    /** The loops are several times faster if the compiler knows the step, which a new result's nearly always is. */
    private static void move(
            MemorySegment from, long xo, long[] jumps, MemorySegment to, long yo, long ys, int size, int n) {
        if (ys != size || size > 8) {
            for (int i = 0; i < n; i++) {
                Convert.move(from, xo + jumps[i], 0, to, yo + i * ys, 0, size, 1);
            }
            return;
        }
        switch (size) {
            case 1 -> bytes(from, xo, jumps, to, yo, n);
            case 2 -> shorts(from, xo, jumps, to, yo, n);
            case 4 -> ints(from, xo, jumps, to, yo, n);
            default -> longs(from, xo, jumps, to, yo, n);
        }
    }

    private static void bytes(MemorySegment source, long xo, long[] jumps, MemorySegment target, long yo, int n) {
        MemorySegment from = Window.of(source, 0, source.byteSize());
        MemorySegment to = Window.of(target, yo, n);
        for (int i = 0; i < n; i++) {
            to.set(B, i, from.get(B, xo + jumps[i]));
        }
    }

    private static void shorts(MemorySegment source, long xo, long[] jumps, MemorySegment target, long yo, int n) {
        MemorySegment from = Window.of(source, 0, source.byteSize());
        MemorySegment to = Window.of(target, yo, 2L * n);
        for (int i = 0; i < n; i++) {
            to.set(S, 2L * i, from.get(S, xo + jumps[i]));
        }
    }

    private static void ints(MemorySegment source, long xo, long[] jumps, MemorySegment target, long yo, int n) {
        MemorySegment from = Window.of(source, 0, source.byteSize());
        MemorySegment to = Window.of(target, yo, 4L * n);
        for (int i = 0; i < n; i++) {
            to.set(I, 4L * i, from.get(I, xo + jumps[i]));
        }
    }

    private static void longs(MemorySegment source, long xo, long[] jumps, MemorySegment target, long yo, int n) {
        MemorySegment from = Window.of(source, 0, source.byteSize());
        MemorySegment to = Window.of(target, yo, 8L * n);
        for (int i = 0; i < n; i++) {
            to.set(L, 8L * i, from.get(L, xo + jumps[i]));
        }
    }
}
