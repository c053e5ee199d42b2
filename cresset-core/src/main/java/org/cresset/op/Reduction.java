package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.tensor.Dense;

/**
 * Runs one reduction. Rows that lie together in memory go through accumulators whose number is fixed, in pieces of fixed
 * length whose sums are added in double precision; columns are added up in blocks. Neither depends on the number of threads.
 */
final class Reduction {
    private static final int PIECE = RowSums.PIECE;
    private static final int BLOCK = 128;

    /** Results of short rows that are written at a time. */
    private static final int RESULTS = 256;

    private static final long GRAIN = 1 << 15;
    private static final double[] NO_SUMS = {};

    /** So many elements, and so many times more, fill vectors of any size. */
    private static final int WHOLE = 16;

    /** Elements of a row for which a call takes longer than to copy them. */
    private static final int SHORT = 256;

    private final Reduce op;
    private final Combine combine;
    private final LaneType lane;
    private final Dense out;
    private final long count;
    private final Dense x;
    private final int kept;
    private final boolean parts;

    /** Size of the last dimension that stays, as it was given: which loop adds up doesn't depend on what could be merged. */
    private final long lastKept;

    Reduction(Reduce op, Combine combine, LaneType lane, Dense in, Dense out, Reduce.Axes a) {
        this(op, combine, lane, in, out, a, false);
    }

    private Reduction(Reduce op, Combine combine, LaneType lane, Dense in, Dense out, Reduce.Axes a, boolean parts) {
        this.parts = parts;
        long last = 1;
        for (int d = 0; d < in.dim(); d++) {
            last = a.has(d) ? last : in.size(d);
        }
        this.lastKept = last;
        this.op = op;
        this.combine = combine;
        this.lane = lane;
        this.out = out;
        this.count = Reduce.count(in.shape(), a);
        // Kept dimensions first, reduced ones last; those that follow each other in memory are one.
        int n = in.dim();
        long[] dims = new long[n];
        long[] strides = new long[n];
        int k = 0;
        int first = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int d = 0; d < n; d++) {
                if (a.has(d) != (pass == 1) || in.size(d) == 1) {
                    continue;
                }
                if (k > first && strides[k - 1] == in.stride(d) * in.size(d)) {
                    k--;
                    dims[k] *= in.size(d);
                } else {
                    dims[k] = in.size(d);
                }
                strides[k++] = in.stride(d);
            }
            first = pass == 0 ? k : first;
        }
        this.kept = first;
        this.x = in.view(Shape.of(Arrays.copyOf(dims, k)), Arrays.copyOf(strides, k), in.storageOffset());
    }

    /** Complex numbers have two real ones each, which are added up apart. */
    static Reduction ofParts(Reduce op, Combine combine, Dense in, Dense out, Reduce.Axes a) {
        LaneType lane = in.dtype() == DType.COMPLEX128 ? LaneType.F64 : LaneType.F32;
        return new Reduction(op, combine, lane, parts(in), parts(out), a, true);
    }

    private static Dense parts(Dense t) {
        int n = t.dim();
        long[] dims = Arrays.copyOf(t.shape().dims(), n + 1);
        long[] strides = Arrays.copyOf(t.strides(), n + 1);
        for (int d = 0; d < n; d++) {
            strides[d] *= 2;
        }
        dims[n] = 2;
        strides[n] = 1;
        return Dense.over(
                t.storage(),
                Shape.of(dims),
                strides,
                2 * t.storageOffset(),
                t.dtype().real());
    }

    void run() {
        if (out.numel() == 0) {
            return;
        }
        if (count == 0) {
            for (long i = 0; i < out.numel(); i++) {
                out.write(i, op.ofNothing());
            }
            return;
        }
        if (!x.dtype().isComplex() && rowsLieTogether(1) && !manyShortApart()) {
            rows(x);
        } else if (fewLieBetween()) {
            interleaved();
        } else if (!x.dtype().isComplex() && columnsLieTogether()) {
            columns();
        } else {
            Dense copy = Dense.empty(x.shape(), lane.dtype());
            Pointwise.copy(x, copy);
            rows(copy);
            Reference.reachabilityFence(copy);
        }
    }

    private boolean rowsLieTogether(long apart) {
        long expected = apart;
        for (int d = x.dim() - 1; d >= kept; d--) {
            if (x.size(d) != 1 && x.stride(d) != expected) {
                return false;
            }
            expected *= x.size(d);
        }
        return true;
    }

    /** Whether rows are so short, and apart from each other, that it pays to bring them together, where a call takes many. */
    private boolean manyShortApart() {
        boolean apart = kept > 1 || kept == 1 && x.stride(0) != count;
        return apart && count <= SHORT && out.numel() > SHORT && lane.isFloat();
    }

    /**
     * Whether rows have the parts of a few complex results in turn, so that each of these has accumulators of its own. Real ones
     * would be added up in another order than when they lie in rows.
     */
    private boolean fewLieBetween() {
        long few = kept > 0 ? x.size(kept - 1) : 1;
        return parts
                && x.dtype() == lane.dtype()
                && few > 1
                && lane.accumulators() % few == 0
                && x.stride(kept - 1) == 1
                && rowsLieTogether(few);
    }

    private void interleaved() {
        int few = (int) x.size(kept - 1);
        long rows = out.numel() / few;
        Dense heads = x.view(
                Shape.of(Arrays.copyOf(x.shape().dims(), kept - 1)),
                Arrays.copyOf(x.strides(), kept - 1),
                x.storageOffset());
        Geometry g = Geometry.of(
                heads.shape(),
                Dense.over(x.storage(), heads.shape(), heads.shape().contiguousStrides(), 0, x.dtype()),
                heads);
        long length = count * few;
        long pieces = (length + PIECE - 1) / PIECE;
        if (rows == 1) {
            double[] sums = new double[Math.toIntExact(pieces * few)];
            Workers.parallelFor(pieces, 1, (from, to) -> pieces(few, g.offset(1, 0), from, to, sums));
            join(few, 0, sums);
            return;
        }
        Workers.parallelFor(rows, Math.max(1, GRAIN / length), (from, to) -> {
            double[] sums = new double[Math.toIntExact(pieces * few)];
            for (long i = from; i < to; i++) {
                pieces(few, g.offset(1, i), 0, pieces, sums);
                join(few, i, sums);
            }
        });
    }

    private void pieces(int few, long at, long from, long to, double[] sums) {
        RowSums row = new RowSums(op, combine, lane, x, count * few, count * few);
        for (long p = from; p < to; p++) {
            int n = (int) Math.min(PIECE, count * few - p * PIECE);
            row.pieces(at, p * PIECE, n, sums, (int) p * few, few);
        }
    }

    private void join(int few, long row, double[] sums) {
        for (int k = 0; k < few; k++) {
            double sum = combine.identity();
            for (int p = k; p < sums.length; p += few) {
                sum = RowSums.join(combine, sum, sums[p]);
            }
            out.write(row * few + k, op.finish(sum, count));
        }
    }

    /** Whether the last kept dimension lies in memory element by element and is long enough to be worth it. */
    private boolean columnsLieTogether() {
        return kept > 0 && x.stride(kept - 1) == 1 && (parts ? x.size(kept - 1) : lastKept) >= 16;
    }

    private void rows(Dense t) {
        long[] keptDims = new long[kept];
        long[] keptStrides = new long[kept];
        for (int d = 0; d < kept; d++) {
            keptDims[d] = t.size(d);
            keptStrides[d] = t.stride(d);
        }
        Dense heads = t.view(Shape.of(keptDims), keptStrides, t.storageOffset());
        Geometry g = Geometry.of(
                heads.shape(),
                Dense.over(
                        out.storage(),
                        heads.shape(),
                        heads.shape().contiguousStrides(),
                        out.storageOffset(),
                        out.dtype()),
                heads);
        long n = out.numel();
        if (n == 1 && count >= 2 * GRAIN) {
            single(t);
            return;
        }
        boolean follow = kept == 1 && keptStrides[0] == count;
        Workers.parallelFor(n, Math.max(1, GRAIN / count), (from, to) -> {
            RowSums row = new RowSums(op, combine, lane, t, (to - from) * count, count);
            if (follow && row.takesRows(count)) {
                several(row, g, from, to);
                return;
            }
            for (long i = from; i < to; i++) {
                long at = g.offset(1, i);
                long o = g.offset(0, i);
                if (lane.isFloat()) {
                    double sum = combine.identity();
                    for (long p = 0; p < count; p += PIECE) {
                        sum = RowSums.join(combine, sum, row.piece(at, p, (int) Math.min(PIECE, count - p)));
                    }
                    Convert.writeDouble(out.dtype(), out.segment(), o, op.finish(sum, count));
                } else {
                    Convert.writeLong(out.dtype(), out.segment(), o, row.whole(at, 0, count));
                }
            }
        });
    }

    /** Short rows that follow each other, some with one call of the loop. */
    private void several(RowSums row, Geometry g, long from, long to) {
        double[] sums = new double[RESULTS];
        boolean plain = plain();
        for (long i = from; i < to; i += RESULTS) {
            int results = (int) Math.min(RESULTS, to - i);
            row.rows(g.offset(1, i), results, (int) count, sums);
            for (int r = 0; r < results && !plain; r++) {
                sums[r] = op.finish(sums[r], count);
            }
            Convert.from(sums, out.segment(), g.offset(0, i), out.dtype(), results);
        }
    }

    /** One long row, its pieces shared among threads. */
    private void single(Dense t) {
        long at = t.byteOffset();
        int pieces = Math.toIntExact((count + PIECE - 1) / PIECE);
        double[] sums = new double[lane.isFloat() ? pieces : 0];
        long[] whole = new long[lane.isFloat() ? 0 : pieces];
        Workers.parallelFor(pieces, 1, (from, to) -> {
            RowSums row = new RowSums(op, combine, lane, t, count, count);
            for (long p = from; p < to; p++) {
                int n = (int) Math.min(PIECE, count - p * PIECE);
                if (lane.isFloat()) {
                    sums[(int) p] = row.piece(at, p * PIECE, n);
                } else {
                    whole[(int) p] = row.whole(at, p * PIECE, n);
                }
            }
        });
        if (lane.isFloat()) {
            double sum = combine.identity();
            for (double p : sums) {
                sum = RowSums.join(combine, sum, p);
            }
            Convert.writeDouble(out.dtype(), out.segment(), out.byteOffset(), op.finish(sum, count));
        } else {
            long sum = combine.integerIdentity(lane);
            for (long p : whole) {
                sum = RowSums.join(combine, sum, p);
            }
            Convert.writeLong(out.dtype(), out.segment(), out.byteOffset(), sum);
        }
    }

    /** Adds up rows of the last kept dimension, a block of them at a time so that rounding errors stay small. */
    private void columns() {
        long width = x.size(kept - 1);
        int size = x.dtype().size();
        long outer = out.numel() / width;
        long[] outerDims = new long[kept - 1];
        long[] outerStrides = new long[kept - 1];
        for (int d = 0; d < kept - 1; d++) {
            outerDims[d] = x.size(d);
            outerStrides[d] = x.stride(d);
        }
        int m = x.dim() - kept;
        long[] innerDims = new long[m];
        long[] innerStrides = new long[m];
        for (int d = 0; d < m; d++) {
            innerDims[d] = x.size(kept + d);
            innerStrides[d] = x.stride(kept + d);
        }
        Geometry outside = Geometry.of(
                Shape.of(outerDims),
                Dense.over(x.storage(), Shape.of(outerDims), Shape.of(outerDims).contiguousStrides(), 0, x.dtype()),
                x.view(Shape.of(outerDims), outerStrides, x.storageOffset()));
        Geometry inside = Geometry.of(Shape.of(innerDims), x.view(Shape.of(innerDims), innerStrides, 0));
        long strip = Math.min(width, 4096);
        long strips = (width + strip - 1) / strip;
        Workers.parallelFor(outer * strips, Math.max(1, GRAIN / (count * strip)), (from, to) -> {
            Strip rows = new Strip(strip);
            Kernel k = op.columns(lane).pick(count * strip);
            for (long job = from; job < to; job++) {
                long row = job / strips;
                long first = job % strips * strip;
                int n = (int) Math.min(strip, width - first);
                long source = outside.offset(1, row) + first * size;
                long target =
                        out.byteOffset() + (row * width + first) * out.dtype().size();
                strip(k, inside, source, target, n, rows);
            }
            Reference.reachabilityFence(rows.rows);
        });
    }

    /** Rows of the type to compute in, for results, those of a block, and what is converted, where they are needed. */
    private final class Strip {
        private final Dense rows;
        private final long bytes;

        Strip(long n) {
            rows = Dense.empty(Shape.of(3, n), lane.dtype());
            bytes = n * lane.dtype().size();
        }

        MemorySegment row(int i) {
            return rows.segment().asSlice(rows.byteOffset() + i * bytes, bytes);
        }
    }

    /** Adds rows of n elements, many in a call, to sums that begin at {@code at}. */
    private void add(Kernel k, Geometry inside, long source, long begin, long end, MemorySegment sums, long at, int n) {
        int whole = n & -WHOLE;
        long behind = (long) whole << x.dtype().shift();
        MemorySegment xs = x.segment();
        MemorySegment[] s = {sums, xs, null, sums};
        long step = inside.innerStep(0);
        long r = begin;
        while (r < end) {
            int many = (int) Math.min(end - r, inside.inner() - r % inside.inner());
            long from = source + inside.offset(0, r);
            if (whole > 0) {
                k.rows(s, new long[] {at, from, 0, at}, new long[] {0, step, 0, 0}, many, whole);
            }
            for (int i = 0; i < many && whole < n; i++) {
                k.run(sums, at + behind, xs, from + i * step + behind, null, 0, sums, at + behind, n - whole);
            }
            r += many;
        }
    }

    private void strip(Kernel k, Geometry inside, long source, long target, int n, Strip rows) {
        boolean exact = x.dtype() == lane.dtype();
        boolean same = out.dtype() == lane.dtype();
        MemorySegment os = same ? out.segment() : rows.row(0);
        MemorySegment ts = rows.row(1);
        MemorySegment xs = exact ? x.segment() : rows.row(2);
        long oo = same ? target : 0;
        fill(os, oo, n);
        long block = lane.isFloat() ? BLOCK : Math.max(BLOCK, (long) Math.sqrt(count));
        boolean direct = count <= block;
        double[] sums = lane.isFloat() && !direct ? new double[n] : NO_SUMS;
        double[] part = new double[sums.length];
        Arrays.fill(sums, combine.identity());
        for (long b = 0; b < count; b += block) {
            long end = Math.min(count, b + block);
            MemorySegment to = direct ? os : ts;
            long at = direct ? oo : 0;
            if (!direct) {
                fill(ts, 0, n);
            }
            if (exact) {
                add(k, inside, source, b, end, to, at, n);
            } else {
                for (long r = b; r < end; r++) {
                    ConvertRuns.run(x.dtype(), x.segment(), source + inside.offset(0, r), lane.dtype(), xs, 0, n);
                    k.run(to, at, xs, 0, null, 0, to, at, n);
                }
            }
            if (sums.length > 0) {
                Convert.to(ts, 0, lane.dtype(), part, n);
                join(sums, part);
            } else if (!direct) {
                merge(os, oo, ts, n);
            }
        }
        if (sums.length > 0) {
            if (!plain()) {
                for (int i = 0; i < n; i++) {
                    sums[i] = op.finish(sums[i], count);
                }
            }
            Convert.from(sums, out.segment(), target, out.dtype(), n);
            return;
        }
        if (lane.isFloat()) {
            finish(os, oo, n);
        }
        if (!same) {
            ConvertRuns.run(lane.dtype(), os, 0, out.dtype(), out.segment(), target, n);
        }
    }

    private void fill(MemorySegment m, long at, int n) {
        if (lane.isFloat()) {
            Convert.writeDouble(lane.dtype(), m, at, combine.identity());
        } else {
            Convert.writeLong(lane.dtype(), m, at, combine.integerIdentity(lane));
        }
        Moves.repeat(m, at, m, at, lane.dtype().size(), n);
    }

    /** Of integers; floating-point sums are merged in double precision. */
    private void merge(MemorySegment to, long at, MemorySegment from, int n) {
        DType t = lane.dtype();
        for (int i = 0; i < n; i++) {
            long o = at + (long) i * t.size();
            long p = (long) i * t.size();
            Convert.writeLong(
                    t, to, o, RowSums.join(combine, Convert.readLong(t, to, o), Convert.readLong(t, from, p)));
        }
    }

    private void join(double[] sums, double[] part) {
        if (combine == Combine.SUM) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += part[i];
            }
            return;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = RowSums.join(combine, sums[i], part[i]);
        }
    }

    /** Whether combinations are the results as they are. */
    private boolean plain() {
        return op.finish(1, count) == 1 && op.finish(2, count) == 2;
    }

    private void finish(MemorySegment m, long at, int n) {
        DType t = lane.dtype();
        if (plain()) {
            return;
        }
        for (int i = 0; i < n; i++) {
            long o = at + (long) i * t.size();
            Convert.writeDouble(t, m, o, op.finish(Convert.readDouble(t, m, o), count));
        }
    }
}
