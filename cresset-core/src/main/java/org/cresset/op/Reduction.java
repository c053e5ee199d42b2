package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
        boolean exact = x.dtype() == lane.dtype();
        if (exact && rowsLieTogether()) {
            rows(x);
        } else if (exact && columnsLieTogether() && out.dtype() == lane.dtype()) {
            columns();
        } else {
            Dense copy = Dense.empty(x.shape(), lane.dtype());
            Pointwise.copy(x, copy);
            rows(copy);
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
            MemorySegment block = Scratch.accumulators();
            Kernel k = op.rows(lane).pick(count);
            for (long i = from; i < to; i++) {
                long at = g.offset(1, i);
                long o = g.offset(0, i);
                if (lane.isFloat()) {
                    double sum = combine.identity();
                    for (long p = 0; p < count; p += PIECE) {
                        sum = join(sum, piece(k, t, at, p, (int) Math.min(PIECE, count - p), block));
                    }
                    Convert.writeDouble(out.dtype(), out.segment(), o, op.finish(sum, count));
                } else {
                    Convert.writeLong(out.dtype(), out.segment(), o, pieceLong(k, t, at, block));
                }
            }
        });
    }

    /** One long row, its pieces shared among threads. */
    private void single(Dense t) {
        long at = t.byteOffset();
        Kernel k = op.rows(lane).pick(count);
        if (!lane.isFloat()) {
            Convert.writeLong(
                    out.dtype(), out.segment(), out.byteOffset(), pieceLong(k, t, at, Scratch.accumulators()));
            return;
        }
        int pieces = Math.toIntExact((count + PIECE - 1) / PIECE);
        double[] partial = new double[pieces];
        Workers.parallelFor(pieces, Math.max(1, GRAIN / PIECE), (from, to) -> {
            MemorySegment block = Scratch.accumulators();
            for (long p = from; p < to; p++) {
                int n = (int) Math.min(PIECE, count - p * PIECE);
                partial[(int) p] = piece(k, t, at, p * PIECE, n, block);
            }
        });
        double sum = combine.identity();
        for (double p : partial) {
            sum = join(sum, p);
        }
        Convert.writeDouble(out.dtype(), out.segment(), out.byteOffset(), op.finish(sum, count));
    }

    private double piece(Kernel k, Dense t, long at, long from, int n, MemorySegment block) {
        int lanes = lane.accumulators();
        boolean single = lane == LaneType.F32;
        for (int i = 0; i < lanes; i++) {
            if (single) {
                block.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) combine.identity());
            } else {
                block.setAtIndex(ValueLayout.JAVA_DOUBLE, i, combine.identity());
            }
        }
        k.run(t.segment(), at + from * lane.dtype().size(), null, 0, null, 0, block, 0, n);
        double sum = combine.identity();
        for (int i = 0; i < lanes; i++) {
            sum = join(
                    sum,
                    single
                            ? block.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                            : block.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
        }
        return sum;
    }

    private long pieceLong(Kernel k, Dense t, long at, MemorySegment block) {
        long identity = combine.integerIdentity(lane);
        long result = identity;
        int lanes = lane.accumulators();
        for (int i = 0; i < lanes; i++) {
            block.setAtIndex(ValueLayout.JAVA_LONG, i, identity);
        }
        for (long from = 0; from < count; from += 1 << 24) {
            k.run(t.segment(), at + from * 8, null, 0, null, 0, block, 0, (int) Math.min(1 << 24, count - from));
        }
        for (int i = 0; i < lanes; i++) {
            result = join(result, block.getAtIndex(ValueLayout.JAVA_LONG, i));
        }
        return result;
    }

    private double join(double a, double b) {
        return switch (combine) {
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX, LARGER -> Math.max(a, b);
            default -> a + b;
        };
    }

    private long join(long a, long b) {
        return switch (combine) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX, LARGER -> Math.max(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
        };
    }

    /** Adds up rows of the last kept dimension, a block of them at a time so that rounding errors stay small. */
    private void columns() {
        long width = x.size(kept - 1);
        int size = lane.dtype().size();
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
                Dense.over(x.storage(), Shape.of(outerDims), Shape.of(outerDims).contiguousStrides(), 0, lane.dtype()),
                x.view(Shape.of(outerDims), outerStrides, x.storageOffset()));
        Geometry inside = Geometry.of(Shape.of(innerDims), x.view(Shape.of(innerDims), innerStrides, 0));
        long strip = Math.min(width, 4096);
        long strips = (width + strip - 1) / strip;
        Workers.parallelFor(outer * strips, Math.max(1, GRAIN / (count * strip)), (from, to) -> {
            Dense temporary = Dense.empty(Shape.of(strip), lane.dtype());
            Kernel k = op.columns(lane).pick(count * strip);
            for (long job = from; job < to; job++) {
                long row = job / strips;
                long first = job % strips * strip;
                int n = (int) Math.min(strip, width - first);
                long source = outside.offset(1, row) + first * size;
                long target = out.byteOffset() + (row * width + first) * size;
                strip(k, inside, source, target, n, temporary);
            }
        });
    }

    private void strip(Kernel k, Geometry inside, long source, long target, int n, Dense temporary) {
        MemorySegment xs = x.segment();
        MemorySegment os = out.segment();
        MemorySegment ts = temporary.segment();
        fill(os, target, n);
        long block = lane.isFloat() ? BLOCK : Math.max(BLOCK, (long) Math.sqrt(count));
        double[] sums = lane.isFloat() && count > block ? new double[n] : NO_SUMS;
        Arrays.fill(sums, combine.identity());
        for (long b = 0; b < count; b += block) {
            long end = Math.min(count, b + block);
            boolean direct = count <= block;
            MemorySegment to = direct ? os : ts;
            long at = direct ? target : 0;
            if (!direct) {
                fill(ts, 0, n);
            }
            for (long r = b; r < end; r++) {
                k.run(to, at, xs, source + inside.offset(0, r), null, 0, to, at, n);
            }
            if (sums.length > 0) {
                for (int i = 0; i < n; i++) {
                    double x = Convert.readDouble(
                            lane.dtype(), ts, (long) i * lane.dtype().size());
                    sums[i] = join(sums[i], x);
                }
            } else if (!direct) {
                merge(os, target, ts, n);
            }
        }
        for (int i = 0; i < sums.length; i++) {
            Convert.writeDouble(
                    lane.dtype(), os, target + (long) i * lane.dtype().size(), sums[i]);
        }
        if (lane.isFloat()) {
            finish(os, target, n);
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
            Convert.writeLong(t, to, o, join(Convert.readLong(t, to, o), Convert.readLong(t, from, p)));
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
