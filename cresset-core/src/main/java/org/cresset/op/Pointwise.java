package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.base.spi.Contractions;
import org.cresset.base.spi.Operand;
import org.cresset.emit.Kernel;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Runs elementwise loops over operands of any shape, strides and dtype. Runs of memory go to the loop as they are; what is
 * strided or of another dtype passes through tiles that stay in the first-level cache.
 */
final class Pointwise {
    private static final int TILE = 1024;
    /** Below this many elements handing work to another thread costs more than it saves. */
    private static final long GRAIN = 1 << 15;

    private static final int CHUNK = 1 << 24;

    /** Elements of a run from which copying run by run is as good as what the native library does. */
    private static final int LONG_RUN = 64;

    /** Planes that share one operand, from which on it pays to lay it out. */
    private static final int PLANES = 8;

    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(4L * TILE * 16, 64));

    private Pointwise() {}

    /** The loops of an operation for one dtype. */
    interface Loops {
        /** The loop for a layout: bit i says that input i is one repeated element. */
        Tiers get(int repeated);

        /** The dtype of the memory that they read (operands from 1 on) and write (0). */
        DType memory(int operand);
    }

    /** Computes {@code out} from up to three inputs. */
    static void run(Loops loops, Dense out, Dense x, @Nullable Dense y, @Nullable Dense z) {
        long n = out.numel();
        if (n == 0) {
            return;
        }
        Dense a = single(x, loops.memory(1));
        Dense b = y == null ? null : single(y, loops.memory(2));
        Dense c = z == null ? null : single(z, loops.memory(3));
        int ka = kind(a, out, loops.memory(1));
        int kb = b == null ? 0 : kind(b, out, loops.memory(2));
        int kc = c == null ? 0 : kind(c, out, loops.memory(3));
        if ((ka | kb | kc) >= 0 && out.dtype() == loops.memory(0) && out.isDense()) {
            flat(loops.get(ka | kb << 1 | kc << 2), n, out, a, ka, b, kb, c, kc);
        } else {
            tiled(loops, out, a, b, c);
        }
    }

    /** Computes bools from bools eight at a time, where all lie as the result does; false, and nothing done, elsewhere. */
    static boolean packed(Tiers loop, Loops each, Dense out, Dense x, @Nullable Dense y, @Nullable Dense z) {
        boolean fits = kind(x, out, DType.BOOL) == 0
                && (y == null || kind(y, out, DType.BOOL) == 0)
                && (z == null || kind(z, out, DType.BOOL) == 0);
        long n = out.numel();
        if (!fits || !out.isDense() || n < 64) {
            return false;
        }
        Dense second = y == null ? x : y;
        Dense third = z == null ? x : z;
        Workers.parallelFor(n, GRAIN << 3, (from, to) -> {
            for (long i = from; i < to; i += CHUNK) {
                int m = (int) Math.min(CHUNK, to - i);
                run(loop.pick(m >> 3), x, second, third, out, i, m >> 3);
                if ((m & 7) != 0) {
                    run(each.get(0).pick(m & 7), x, second, third, out, i + (m & ~7), m & 7);
                }
            }
        });
        return true;
    }

    private static void run(Kernel k, Dense a, Dense b, Dense c, Dense out, long at, int n) {
        k.run(
                a.segment(),
                a.byteOffset() + at,
                b.segment(),
                b.byteOffset() + at,
                c.segment(),
                c.byteOffset() + at,
                out.segment(),
                out.byteOffset() + at,
                n);
    }

    /** One element, a Java number mostly, in the type of the loop: once for all instead of once for each tile. */
    private static Dense single(Dense t, DType to) {
        if (t.numel() != 1 || t.dtype() == to) {
            return t;
        }
        Dense c = Dense.empty(t.shape(), to);
        Convert.run(t.segment(), t.byteOffset(), 0, t.dtype(), c.segment(), c.byteOffset(), to.size(), to, 1);
        return c;
    }

    /** 0: lies exactly as the result does; 1: one element; -1: neither. */
    private static int kind(Dense t, Dense out, DType memory) {
        if (t.dtype() != memory) {
            return -1;
        }
        if (t.sameLayout(out)) {
            return 0;
        }
        return t.numel() == 1 ? 1 : -1;
    }

    /** As {@link #run}, of operands that lie as the result does (0) or are one element (1). */
    static void flat(
            Tiers loop, long n, Dense out, Dense a, int ka, @Nullable Dense b, int kb, @Nullable Dense c, int kc) {
        Kernel k = loop.pickFlat(n);
        MemorySegment sa = a.segment();
        MemorySegment sb = b == null ? null : b.segment();
        MemorySegment sc = c == null ? null : c.segment();
        MemorySegment so = out.segment();
        long oa = a.byteOffset();
        long ob = b == null ? 0 : b.byteOffset();
        long oc = c == null ? 0 : c.byteOffset();
        long oo = out.byteOffset();
        if (n < 2 * GRAIN) {
            k.run(sa, oa, sb, ob, sc, oc, so, oo, (int) n);
            return;
        }
        int shift = out.dtype().shift();
        long stepA = ka == 0 ? a.dtype().size() : 0;
        long stepB = b != null && kb == 0 ? b.dtype().size() : 0;
        long stepC = c != null && kc == 0 ? c.dtype().size() : 0;
        Workers.parallelFor(n, GRAIN, (from, to) -> {
            for (long i = from; i < to; i += CHUNK) {
                k.run(sa, oa + i * stepA, sb, ob + i * stepB, sc, oc + i * stepC, so, oo + (i << shift), (int)
                        Math.min(CHUNK, to - i));
            }
        });
    }

    private static void tiled(Loops loops, Dense out, Dense a, @Nullable Dense b, @Nullable Dense c) {
        Dense[] operands =
                c != null ? new Dense[] {out, a, b, c} : b != null ? new Dense[] {out, a, b} : new Dense[] {out, a};
        Geometry g = Geometry.of(out.shape(), operands);
        boolean rows = g.rank == 1 || g.inner() >= LONG_RUN;
        if (!rows && g.rank > 2 && g.numel >= GRAIN && longer(loops, g, operands)) {
            return;
        }
        if (rows && inPlace(loops, g, operands)) {
            Workers.parallelFor(g.numel, GRAIN, (from, to) -> rows(loops, g, operands, from, to));
            return;
        }
        if (AcrossRows.run(loops, g, operands)) {
            return;
        }
        Workers.parallelFor(g.numel, GRAIN, (from, to) -> {
            long at = from;
            while (at < to) {
                long left = to - at;
                if (rows) {
                    left = Math.min(left, g.inner() - at % g.inner());
                }
                int n = (int) Math.min(left, TILE);
                tile(loops, g, operands, at, n, rows);
                at += n;
            }
        });
    }

    /**
     * Where runs are short, as in an outer product of matrices, and some operands are the same for many planes of the two
     * innermost dimensions: those are laid out as planes, which are few, so that the runs become planes. False if that can't be.
     */
    private static boolean longer(Loops loops, Geometry g, Dense[] operands) {
        int r = g.rank;
        Dense[] wider = new Dense[4];
        for (int k = 0; k < operands.length; k++) {
            Dense t = operands[k];
            long[] dims = Arrays.copyOf(g.dims, r);
            long[] strides = Arrays.copyOf(g.steps[k], r);
            boolean joined = strides[r - 2] == strides[r - 1] * dims[r - 1];
            for (int d = 0; d < r; d++) {
                dims[d] = strides[d] == 0 && (d < r - 2 || joined) ? 1 : dims[d];
                strides[d] >>= t.dtype().shift();
            }
            Shape own = Shape.of(dims);
            Dense x = t.view(own, strides, g.starts[k] >> t.dtype().shift());
            if (!joined) {
                if (k == 0 || own.numel() > g.numel / PLANES) {
                    return false;
                }
                Dense plane = Dense.empty(own, loops.memory(k));
                copy(x, plane);
                x = plane;
            }
            wider[k] = x;
        }
        run(loops, wider[0], wider[1], wider[2], wider[3]);
        return true;
    }

    /** Whether all operands are rows of memory as the loops want it, or single elements for each row. */
    private static boolean inPlace(Loops loops, Geometry g, Dense[] operands) {
        for (int k = 0; k < operands.length; k++) {
            long step = g.innerStep(k);
            boolean row = step == loops.memory(k).size() || k > 0 && step == 0;
            if (operands[k].dtype() != loops.memory(k) || !row) {
                return false;
            }
        }
        return true;
    }

    /** Runs the loop on the elements {@code from..to} of such operands, row by row or many rows in a call. */
    private static void rows(Loops loops, Geometry g, Dense[] operands, long from, long to) {
        MemorySegment[] s = new MemorySegment[4];
        long[] o = new long[4];
        long[] steps = new long[4];
        int repeated = 0;
        long second = g.rank > 1 ? g.dims[g.rank - 2] : 1;
        for (int k = 0; k < operands.length; k++) {
            int place = k == 0 ? 3 : k - 1;
            s[place] = operands[k].segment();
            steps[place] = g.rank > 1 ? g.steps[k][g.rank - 2] : 0;
            repeated |= k > 0 && g.innerStep(k) == 0 ? 1 << (k - 1) : 0;
        }
        long inner = g.inner();
        Kernel kernel = loops.get(repeated).pick(to - from);
        long row = from / inner;
        long column = from - row * inner;
        long left = to - from;
        while (left > 0) {
            for (int k = 0; k < operands.length; k++) {
                o[k == 0 ? 3 : k - 1] = g.rowOffset(k, row) + column * g.innerStep(k);
            }
            if (column == 0 && left >= inner && inner <= CHUNK) {
                int many = (int) Math.min(Math.min(left / inner, second - row % second), CHUNK);
                kernel.rows(s, o, steps, many, (int) inner);
                left -= many * inner;
                row += many;
                continue;
            }
            int n = (int) Math.min(Math.min(left, inner - column), CHUNK);
            kernel.run(s[0], o[0], s[1], o[1], s[2], o[2], s[3], o[3], n);
            left -= n;
            column += n;
            if (column == inner) {
                column = 0;
                row++;
            }
        }
    }

    private static void tile(Loops loops, Geometry g, Dense[] operands, long at, int n, boolean row) {
        MemorySegment tiles = TILES.get();
        MemorySegment[] s = new MemorySegment[4];
        long[] o = new long[4];
        int repeated = 0;
        for (int k = 1; k < operands.length; k++) {
            Dense t = operands[k];
            DType compute = loops.memory(k);
            boolean same = t.dtype() == compute;
            if (same && (t.numel() == 1 || row && g.innerStep(k) == 0)) {
                repeated |= 1 << (k - 1);
                s[k] = t.segment();
                o[k] = g.offset(k, at);
            } else if (same && (row && g.innerStep(k) == compute.size() || g.flat(k, compute.size()))) {
                s[k] = t.segment();
                o[k] = g.offset(k, at);
            } else {
                s[k] = tiles;
                o[k] = (long) k * TILE * 16;
                transfer(g, k, t, at, n, tiles, o[k], compute, true);
            }
        }
        Dense out = operands[0];
        DType compute = loops.memory(0);
        boolean direct =
                out.dtype() == compute && (row && g.innerStep(0) == compute.size() || g.flat(0, compute.size()));
        MemorySegment to = direct ? out.segment() : tiles;
        long too = direct ? g.offset(0, at) : 0;
        loops.get(repeated).pick(n).run(s[1], o[1], s[2], o[2], s[3], o[3], to, too, n);
        if (!direct) {
            transfer(g, 0, out, at, n, tiles, 0, compute, false);
        }
    }

    /** Moves n elements of operand k, from flat position {@code at} of the walk on, into a tile or out of it. */
    private static void transfer(
            Geometry g,
            int k,
            Dense t,
            long at,
            int n,
            MemorySegment tile,
            long tileOffset,
            DType compute,
            boolean in) {
        long inner = g.inner();
        long step = g.innerStep(k);
        long done = 0;
        while (done < n) {
            long position = at + done;
            long run = Math.min(n - done, inner - position % inner);
            long o = g.offset(k, position);
            long to = tileOffset + done * compute.size();
            if (in) {
                Convert.run(t.segment(), o, step, t.dtype(), tile, to, compute.size(), compute, run);
            } else {
                Convert.run(tile, to, compute.size(), compute, t.segment(), o, step, t.dtype(), run);
            }
            done += run;
        }
    }

    /** Whether elements may share memory, as those of sliding windows do, which the library refuses. */
    private static boolean overlap(long[] dims, long[] strides, int rank) {
        for (int d = 0; d < rank; d++) {
            for (int e = 0; e < rank; e++) {
                boolean outer = strides[e] > strides[d] || strides[e] == strides[d] && e < d;
                if (outer && strides[e] < strides[d] * dims[d]) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Copies into another order of dimensions by the native library; false if it can't. */
    private static boolean reordered(Dense from, Dense to, Geometry g) {
        Contractions library = Providers.contractions();
        int rank = g.rank;
        if (library == null || !library.multiplies(to.dtype()) || rank < 2 || rank > 5 || !to.isDense()) {
            return false;
        }
        int shift = to.dtype().shift();
        long[] source = new long[rank];
        long[] target = new long[rank];
        for (int d = 0; d < rank; d++) {
            source[d] = g.steps[1][d] >> shift;
            target[d] = g.steps[0][d] >> shift;
            if (source[d] < 1 || target[d] < 1) {
                return false;
            }
        }
        if (overlap(g.dims, source, rank)) {
            return false;
        }
        library.reorder(
                to.dtype(),
                Arrays.copyOf(g.dims, rank),
                new Operand(from.segment(), from.byteOffset(), source),
                new Operand(to.segment(), to.byteOffset(), target));
        return true;
    }

    /** Copies {@code from}, broadcast and converted, into {@code to}. */
    static void copy(Dense from, Dense to) {
        long n = to.numel();
        if (n == 0) {
            return;
        }
        if (from.dtype() == to.dtype() && from.sameLayout(to) && to.isDense()) {
            int shift = to.dtype().shift();
            Workers.parallelFor(
                    n,
                    GRAIN,
                    (begin, end) -> MemorySegment.copy(
                            from.segment(),
                            from.byteOffset() + (begin << shift),
                            to.segment(),
                            to.byteOffset() + (begin << shift),
                            end - begin << shift));
            return;
        }
        Geometry g = Geometry.of(to.shape(), to, from);
        long inner = g.inner();
        int size = to.dtype().size();
        boolean same = from.dtype() == to.dtype();
        boolean runs = g.innerStep(1) == size || g.innerStep(1) == 0;
        if (same && size == 4 && transposes(g)) {
            planes(from, to, g, Squares.SIDE);
            return;
        }
        if (same && n >= GRAIN && !(runs && inner >= LONG_RUN) && reordered(from, to, g)) {
            return;
        }
        if (same && g.rank > 1) {
            planes(from, to, g, 1);
            return;
        }
        Workers.parallelFor(n, GRAIN, (begin, end) -> {
            long at = begin;
            while (at < end) {
                long run = Math.min(end - at, inner - at % inner);
                Convert.run(
                        from.segment(),
                        g.offset(1, at),
                        g.innerStep(1),
                        from.dtype(),
                        to.segment(),
                        g.offset(0, at),
                        g.innerStep(0),
                        to.dtype(),
                        run);
                at += run;
            }
        });
    }

    /** Whether columns of 4 bytes each become rows, and vectors of ours do it; not if rows are too long to share out. */
    private static boolean transposes(Geometry g) {
        int r = g.rank;
        return r > 1
                && g.steps[1][r - 2] == 4
                && g.steps[1][r - 1] > 4
                && g.steps[0][r - 1] == 4
                && g.dims[r - 1] <= GRAIN
                && Squares.ready(g.dims[r - 2], g.dims[r - 1]);
    }

    /** The two innermost dimensions at once; where they are the only ones, rows are shared among threads, some at a time. */
    private static void planes(Dense from, Dense to, Geometry g, int some) {
        int r = g.rank;
        long rows = g.dims[r - 2];
        long n = g.dims[r - 1];
        long planes = g.numel / (rows * n);
        long part = (Math.max(1, GRAIN / n) + some - 1) / some * some; // rows for a thread
        long parts = (rows + part - 1) / part;
        Workers.parallelFor(planes * parts, Math.max(1, GRAIN / (Math.min(part, rows) * n)), (begin, end) -> {
            for (long i = begin; i < end; i++) {
                long first = i % parts * part;
                long at = (i / parts * rows + first) * n;
                Moves.plane(
                        from.segment(),
                        g.offset(1, at),
                        g.steps[1][r - 2],
                        g.steps[1][r - 1],
                        to.segment(),
                        g.offset(0, at),
                        g.steps[0][r - 2],
                        g.steps[0][r - 1],
                        to.dtype().size(),
                        Math.min(part, rows - first),
                        n);
            }
        });
    }
}
