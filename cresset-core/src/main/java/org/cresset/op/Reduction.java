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
    private static final int PIECE = 8192;
    private static final int BLOCK = 128;
    private static final long GRAIN = 1 << 15;
    private static final double[] NO_SUMS = {};

    private final Reduce op;
    private final Combine combine;
    private final LaneType lane;
    private final Dense out;
    private final long count;
    private final Dense x;
    private final int kept;

    Reduction(Reduce op, Combine combine, LaneType lane, Dense in, Dense out, Reduce.Axes a) {
        this.op = op;
        this.combine = combine;
        this.lane = lane;
        this.out = out;
        this.count = Reduce.count(in.shape(), a);
        // Kept dimensions first, reduced ones last.
        int n = in.dim();
        long[] dims = new long[n];
        long[] strides = new long[n];
        int k = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int d = 0; d < n; d++) {
                if (a.has(d) == (pass == 1)) {
                    dims[k] = in.size(d);
                    strides[k++] = in.stride(d);
                }
            }
        }
        this.kept = n - Long.bitCount(a.mask());
        this.x = in.view(Shape.of(dims), strides, in.storageOffset());
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
        if (!x.dtype().isComplex() && rowsLieTogether()) {
            rows(x);
        } else if (!x.dtype().isComplex() && columnsLieTogether()) {
            columns();
        } else {
            Dense copy = Dense.empty(x.shape(), lane.dtype());
            Pointwise.copy(x, copy);
            rows(copy);
            Reference.reachabilityFence(copy);
        }
    }

    private boolean rowsLieTogether() {
        long expected = 1;
        for (int d = x.dim() - 1; d >= kept; d--) {
            if (x.size(d) != 1 && x.stride(d) != expected) {
                return false;
            }
            expected *= x.size(d);
        }
        return true;
    }

    /** Whether the last kept dimension lies in memory element by element and is long enough to be worth it. */
    private boolean columnsLieTogether() {
        return kept > 0 && x.stride(kept - 1) == 1 && x.size(kept - 1) >= 16;
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
        Workers.parallelFor(n, Math.max(1, GRAIN / count), (from, to) -> {
            RowSums row = new RowSums(op, combine, lane, t, count);
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

    /** One long row, its pieces shared among threads. */
    private void single(Dense t) {
        long at = t.byteOffset();
        int pieces = Math.toIntExact((count + PIECE - 1) / PIECE);
        double[] sums = new double[lane.isFloat() ? pieces : 0];
        long[] whole = new long[lane.isFloat() ? 0 : pieces];
        Workers.parallelFor(pieces, Math.max(1, GRAIN / PIECE), (from, to) -> {
            RowSums row = new RowSums(op, combine, lane, t, count);
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
        Arrays.fill(sums, combine.identity());
        for (long b = 0; b < count; b += block) {
            long end = Math.min(count, b + block);
            MemorySegment to = direct ? os : ts;
            long at = direct ? oo : 0;
            if (!direct) {
                fill(ts, 0, n);
            }
            for (long r = b; r < end; r++) {
                long from = source + inside.offset(0, r);
                if (!exact) {
                    ConvertRuns.run(x.dtype(), x.segment(), from, lane.dtype(), xs, 0, n);
                }
                k.run(to, at, xs, exact ? from : 0, null, 0, to, at, n);
            }
            if (sums.length > 0) {
                for (int i = 0; i < n; i++) {
                    double x = Convert.readDouble(
                            lane.dtype(), ts, (long) i * lane.dtype().size());
                    sums[i] = RowSums.join(combine, sums[i], x);
                }
            } else if (!direct) {
                merge(os, oo, ts, n);
            }
        }
        if (sums.length > 0) {
            for (int i = 0; i < n; i++) {
                Convert.writeDouble(
                        out.dtype(),
                        out.segment(),
                        target + (long) i * out.dtype().size(),
                        op.finish(sums[i], count));
            }
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
        for (int i = 0; i < n; i++) {
            if (lane.isFloat()) {
                Convert.writeDouble(
                        lane.dtype(), m, at + (long) i * lane.dtype().size(), combine.identity());
            } else {
                Convert.writeLong(lane.dtype(), m, at + (long) i * lane.dtype().size(), combine.integerIdentity(lane));
            }
        }
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

    private void finish(MemorySegment m, long at, int n) {
        DType t = lane.dtype();
        double probe = op.finish(1, count);
        if (probe == 1 && op.finish(2, count) == 2) {
            return;
        }
        for (int i = 0; i < n; i++) {
            long o = at + (long) i * t.size();
            Convert.writeDouble(t, m, o, op.finish(Convert.readDouble(t, m, o), count));
        }
    }
}
