package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.Workers;
import org.cresset.emit.MachineMoves;
import org.cresset.emit.Window;
import org.cresset.op.Gathering.Along;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Reads where an index says. */
final class GatherKernel {
    private static final ValueLayout.OfByte B = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort S = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt I = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** An index that is less than 2^31: from its lower half the compiler learns that it isn't negative. */
    private static final long PLACES = 0x7fffffffL;

    private static final int EXERCISED = 1024;
    private static final long[] NOWHERE = new long[EXERCISED];
    private static final MemorySegment SCRATCH = Arena.ofAuto().allocate(8 * EXERCISED, 64);
    private static final Exercise INTS =
            new Exercise(() -> ints(SCRATCH, 0, NOWHERE, SCRATCH, 0, EXERCISED), EXERCISED);
    private static final Exercise LONGS =
            new Exercise(() -> longs(SCRATCH, 0, NOWHERE, SCRATCH, 0, EXERCISED), EXERCISED);

    private GatherKernel() {}

    static void run(Along a, Dense x, Dense index, Dense y) {
        int size = x.dtype().size();
        Geometry g = Geometry.of(y.shape(), y, Gathering.columns(x, index, a.dim()), index);
        long ys = g.innerStep(0);
        long xs = g.innerStep(1);
        long is = g.innerStep(2);
        MemorySegment from = x.segment();
        MemorySegment to = y.segment();
        boolean rows = is == 0 && xs == size && ys == size;
        // An index that stays the same from run to run is looked at once; of the others each number is used once.
        boolean once = Positions.wide(index)
                && is == 8
                && ys == size
                && (size == 4 || size == 8)
                && (g.rank == 1 || g.steps[2][g.rank - 2] != 0);
        long places = x.size(a.dim());
        long jump = x.stride(a.dim()) * size;
        if (once) {
            Direct d = new Direct(a, from, index.segment(), to, xs, jump, places);
            Walk.parallel(g, size == 4 ? d::ints : d::longs);
            return;
        }
        if (rows && g.rank == 2 && size * g.inner() <= ShortCopies.LONG) {
            rows(a, g, x, index, y);
            return;
        }
        boolean rowWise = xs == 0 && jump == size && ys == size && is != 0 && GatheredRow.fits(size, places, g.inner());
        Walk.parallel(g, () -> {
            Jumps jumps = new Jumps(a, index, is, x, xs, g.inner());
            @Nullable GatheredRow row = rowWise ? new GatheredRow(places) : null;
            return (yo, xo, io, count) -> {
                if (rows) {
                    ShortCopies.copy(from, xo + jumps.one(io), to, yo, count * size);
                    return;
                }
                if (is == 0) {
                    Convert.move(from, xo + jumps.one(io), xs, to, yo, ys, size, count);
                    return;
                }
                for (long i = 0; i < count; i += Jumps.BLOCK) {
                    int n = (int) Math.min(Jumps.BLOCK, count - i);
                    if (row != null) {
                        row.pick(from, xo, jumps, io + i * is, to, yo + i * ys, n);
                        continue;
                    }
                    move(from, xo + i * xs, jumps, io + i * is, to, yo + i * ys, ys, size, n);
                }
            };
        });
    }

    /** Short rows one after the other, some numbers at a time. */
    private static void rows(Along a, Geometry g, Dense x, Dense index, Dense y) {
        MemorySegment from = x.segment();
        MemorySegment to = y.segment();
        long[] step = {g.steps[0][0], g.steps[1][0], g.steps[2][0]};
        long bytes = x.dtype().size() * g.inner();
        Workers.parallelFor(g.dims[0], Rows.grain(g.inner()), (begin, end) -> {
            Jumps jumps = new Jumps(a, index, step[2], x, step[1], end - begin);
            for (long i = begin; i < end; i += Jumps.BLOCK) {
                int n = (int) Math.min(Jumps.BLOCK, end - i);
                long[] at = jumps.at(g.starts[2] + i * step[2], n);
                long xo = g.starts[1] + i * step[1];
                long yo = g.starts[0] + i * step[0];
                if (machineRows(from, xo, jumps, to, yo, step[0], bytes, n)) {
                    continue;
                }
                for (int k = 0; k < n; k++) {
                    ShortCopies.copy(from, xo + at[k], to, yo + k * step[0], bytes);
                }
            }
        });
    }

    /** In machine code, where rows are so short that a call for each would take longer than its copy. */
    private static boolean machineRows(
            MemorySegment from, long xo, Jumps jumps, MemorySegment to, long yo, long step, long bytes, int n) {
        boolean suits = n >= Jumps.WORTH_A_CALL && bytes <= ShortCopies.LONG && bytes % 4 == 0 && step >= 0;
        if (!suits || !MachineMoves.there() || !from.isNative() || !to.isNative()) {
            return false;
        }
        long places = from.byteSize() - xo - bytes + 1;
        long index = jumps.told(n, places);
        if (index == 0) {
            return false;
        }
        long target = Window.address(to, yo, (n - 1) * step + bytes);
        long source = Window.address(from, xo, bytes);
        MachineMoves.gatherRows(target, step, source, 1, index, places, bytes >> 2, n);
        return true;
    }

    /** Whether the loop over places of that size is compiled, which is quicker than machine code then, for it checks nothing twice. */
    private static boolean compiled(int size, int n) {
        return size == 4 && INTS.ready(n) || size == 8 && LONGS.ready(n);
    }

    /** The loops are several times faster if the compiler knows the step, which a new result's nearly always is. */
    private static void move(
            MemorySegment from, long xo, Jumps all, long io, MemorySegment to, long yo, long ys, int size, int n) {
        long[] jumps = all.at(io, n);
        if (ys != size || size > 8) {
            for (int i = 0; i < n; i++) {
                Convert.move(from, xo + jumps[i], 0, to, yo + i * ys, 0, size, 1);
            }
            return;
        }
        if (n >= Jumps.WORTH_A_CALL && !compiled(size, n) && MachineMoves.there() && from.isNative() && to.isNative()) {
            long places = from.byteSize() - xo - size + 1; // by bytes
            long index = all.told(n, places);
            if (index != 0) {
                long target = Window.address(to, yo, (long) size * n);
                MachineMoves.gather(target, Window.address(from, xo, size), 0, 1, index, places, size, n);
                return;
            }
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

    /** Runs of elements by a run of int64 that is used for nothing else: without a pass over the index of its own. */
    private record Direct(
            Along along,
            MemorySegment source,
            MemorySegment index,
            MemorySegment target,
            long step,
            long jump,
            long places) {
        void ints(long yo, long xo, long io, long count) {
            for (long i = 0; i < count; i += Jumps.BLOCK) {
                int n = (int) Math.min(Jumps.BLOCK, count - i);
                int done = machine(yo + 4 * i, xo + step * i, io + 8 * i, 4, n);
                if (done < n) {
                    long k = i + done;
                    ints(yo + 4 * k, xo + step * k, io + 8 * k, n - done);
                }
            }
        }

        void longs(long yo, long xo, long io, long count) {
            for (long i = 0; i < count; i += Jumps.BLOCK) {
                int n = (int) Math.min(Jumps.BLOCK, count - i);
                int done = machine(yo + 8 * i, xo + step * i, io + 8 * i, 8, n);
                if (done < n) {
                    long k = i + done;
                    longs(yo + 8 * k, xo + step * k, io + 8 * k, n - done);
                }
            }
        }

        private long checked(long k) {
            return along.positions().checked(along.op(), k, places);
        }

        /** In machine code, as far as indices are places as they are; how many that are. */
        private int machine(long yo, long xo, long io, int size, int n) {
            if (n < Jumps.WORTH_A_CALL || places == 0 || !MachineMoves.there()) {
                return 0;
            }
            long place = Jumps.place(source, xo, step, jump, places, size, n);
            long numbers = Window.address(index, io, 8L * n);
            long to = Window.address(target, yo, (long) size * n);
            return MachineMoves.gather(to, place, step, jump, numbers, places, size, n);
        }

        private void ints(long yo, long xo, long io, int n) {
            MemorySegment from = Window.of(source, 0, source.byteSize());
            MemorySegment at = Window.of(index, io, 8L * n);
            MemorySegment to = Window.of(target, yo, 4L * n);
            long jump = this.jump;
            long step = this.step;
            if (!Jumps.plain(index, io, n, places)) {
                for (int i = 0; i < n; i++) {
                    to.set(I, 4L * i, from.get(I, xo + i * step + checked(at.get(L, 8L * i)) * jump));
                }
            } else if (jump == 4 && step == 0 && places <= PLACES) {
                intsOfRow(yo, xo, io, n);
            } else {
                for (int i = 0; i < n; i++) {
                    to.set(I, 4L * i, from.get(I, xo + i * step + at.get(L, 8L * i) * jump));
                }
            }
        }

        /** By addresses: all that an index may say is known to lie inside. */
        private void intsOfRow(long yo, long xo, long io, int n) {
            long row = Window.address(source, xo, 4 * places);
            long numbers = Window.address(index, io, 8L * n);
            long to = Window.address(target, yo, 4L * n);
            for (int i = 0; i < n; i++) {
                long o = row + 4 * (Window.MEMORY.get(L, numbers + 8L * i) & PLACES);
                Window.MEMORY.set(I, to + 4L * i, Window.MEMORY.get(I, o));
            }
        }

        private void longsOfRow(long yo, long xo, long io, int n) {
            long row = Window.address(source, xo, 8 * places);
            long numbers = Window.address(index, io, 8L * n);
            long to = Window.address(target, yo, 8L * n);
            for (int i = 0; i < n; i++) {
                long o = row + 8 * (Window.MEMORY.get(L, numbers + 8L * i) & PLACES);
                Window.MEMORY.set(L, to + 8L * i, Window.MEMORY.get(L, o));
            }
        }

        private void longs(long yo, long xo, long io, int n) {
            MemorySegment from = Window.of(source, 0, source.byteSize());
            MemorySegment at = Window.of(index, io, 8L * n);
            MemorySegment to = Window.of(target, yo, 8L * n);
            long jump = this.jump;
            long step = this.step;
            if (!Jumps.plain(index, io, n, places)) {
                for (int i = 0; i < n; i++) {
                    to.set(L, 8L * i, from.get(L, xo + i * step + checked(at.get(L, 8L * i)) * jump));
                }
            } else if (jump == 8 && step == 0 && places <= PLACES) {
                longsOfRow(yo, xo, io, n);
            } else {
                for (int i = 0; i < n; i++) {
                    to.set(L, 8L * i, from.get(L, xo + i * step + at.get(L, 8L * i) * jump));
                }
            }
        }
    }
}
