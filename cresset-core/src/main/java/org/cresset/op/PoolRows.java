package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/**
 * Pooling of tensors (N, C, D, H, W) whose rows lie together in memory. For a row of results the input's rows that it sees are
 * brought into arrays one after the other; what they have in common along the other dimensions is done for whole rows, which
 * becomes vector code by itself, and only then the windows along the row.
 */
final class PoolRows {
    private static final float[] EXERCISED = new float[1024];
    private static final float[] EXERCISED_PAIRS = new float[512];
    private static final Exercise PAIRS = new Exercise(() -> Vectors.largest(EXERCISED, EXERCISED_PAIRS), 1024);

    final int width;
    final int results;
    final int[] from;
    final int[] to;
    final int step;

    private PoolRows(Windows w, Dense x) {
        width = Math.toIntExact(x.size(4));
        results = w.from()[2].length;
        from = narrow(w.from()[2]);
        to = narrow(w.to()[2]);
        step = Math.toIntExact(w.step()[2]);
    }

    private static int[] narrow(long[] v) {
        return Arrays.stream(v).mapToInt(Math::toIntExact).toArray();
    }

    /** Whether the rows of both lie together. */
    static boolean fits(Dense x, Dense y) {
        return (x.stride(4) == 1 || x.size(4) == 1)
                && (y.stride(4) == 1 || y.size(4) == 1)
                && !x.dtype().isComplex()
                && x.size(4) < 1 << 24;
    }

    /** What is done with a row of results. */
    interface Row {
        void at(long n, long c, int d, int h);
    }

    private interface Bodies {
        Row make();
    }

    private void rows(Dense y, Bodies bodies) {
        long channels = y.size(1);
        long depth = y.size(2);
        long height = y.size(3);
        long rows = y.size(0) * channels * depth * height;
        Workers.parallelFor(rows, Math.max(1, 4096 / Math.max(1, width)), (begin, end) -> {
            Row body = bodies.make();
            for (long r = begin; r < end; r++) {
                long plane = r / (depth * height);
                body.at(plane / channels, plane % channels, (int) (r / height % depth), (int) (r % height));
            }
        });
    }

    static long row(Dense t, long n, long c, long d, long h) {
        return t.storageOffset() + n * t.stride(0) + c * t.stride(1) + d * t.stride(2) + h * t.stride(3)
                << t.dtype().shift();
    }

    /** Averages, each divided by {@code divisor} or, if that is 0, by its window's number. */
    static void average(Windows w, long divisor, Dense x, Dense y) {
        PoolRows p = new PoolRows(w, x);
        double[] last = Arrays.stream(w.divisor()[2]).asDoubleStream().toArray();
        p.rows(y, () -> {
            double[] sums = new double[p.width];
            double[] row = new double[p.width];
            float[] narrow = new float[x.dtype() == DType.FLOAT32 ? p.width : 0];
            double[] out = new double[p.results];
            return (n, c, d, h) -> {
                Arrays.fill(sums, 0);
                for (long i = w.from()[0][d]; i < w.to()[0][d]; i++) {
                    for (long j = w.from()[1][h]; j < w.to()[1][h]; j++) {
                        long at = row(x, n, c, i, j);
                        if (narrow.length > 0) {
                            MemorySegment.copy(x.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, at, narrow, 0, p.width);
                            add(sums, narrow);
                        } else {
                            Convert.to(x.segment(), at, x.dtype(), row, p.width);
                            add(sums, row);
                        }
                    }
                }
                sum(sums, p.from, p.to, out);
                double others = (double) w.divisor()[0][d] * w.divisor()[1][h];
                for (int v = 0; v < out.length; v++) {
                    out[v] /= divisor != 0 ? divisor : others * last[v];
                }
                Convert.from(out, y.segment(), row(y, n, c, d, h), y.dtype(), out.length);
            };
        });
    }

    /** Adds the averages' gradients y, divided as they were, to the rows of x, which are zero before. */
    static void spread(Windows w, long divisor, Dense x, Dense y) {
        PoolRows p = new PoolRows(w, x);
        long channels = x.size(1);
        long planes = x.size(0) * channels;
        double[] last = Arrays.stream(w.divisor()[2]).asDoubleStream().toArray();
        Workers.parallelFor(planes, Math.max(1, 4096 * planes / Math.max(1, x.numel())), (begin, end) -> {
            double[] row = new double[p.width];
            double[] shares = new double[p.results];
            for (long plane = begin; plane < end; plane++) {
                for (int d = 0; d < y.size(2); d++) {
                    for (int h = 0; h < y.size(3); h++) {
                        long n = plane / channels;
                        long c = plane % channels;
                        Convert.to(y.segment(), row(y, n, c, d, h), y.dtype(), shares, p.results);
                        double others = (double) w.divisor()[0][d] * w.divisor()[1][h];
                        for (int v = 0; v < shares.length; v++) {
                            shares[v] /= divisor != 0 ? divisor : others * last[v];
                        }
                        for (long i = w.from()[0][d]; i < w.to()[0][d]; i++) {
                            for (long j = w.from()[1][h]; j < w.to()[1][h]; j++) {
                                long at = row(x, n, c, i, j);
                                Convert.to(x.segment(), at, x.dtype(), row, p.width);
                                spread(shares, p.from, p.to, row);
                                Convert.from(row, x.segment(), at, x.dtype(), p.width);
                            }
                        }
                    }
                }
            }
        });
    }

    private static void spread(double[] shares, int[] from, int[] to, double[] row) {
        for (int v = 0; v < shares.length; v++) {
            for (int k = from[v]; k < to[v]; k++) {
                row[k] += shares[v];
            }
        }
    }

    private static void add(double[] sums, double[] row) {
        for (int i = 0; i < row.length; i++) {
            sums[i] += row[i];
        }
    }

    private static void add(double[] sums, float[] row) {
        for (int i = 0; i < row.length; i++) {
            sums[i] += row[i];
        }
    }

    private static void sum(double[] row, int[] from, int[] to, double[] out) {
        for (int v = 0; v < out.length; v++) {
            double s = 0;
            for (int k = from[v]; k < to[v]; k++) {
                s += row[k];
            }
            out[v] = s;
        }
    }

    /** The largest, and where in its (D, H, W) each is; the first of equal ones, but the last NaN. Not for int64. */
    static void largest(Windows w, Dense x, Dense y, Dense index) {
        PoolRows p = new PoolRows(w, x);
        Even even = p.evenly();
        if (even != null && p.from[0] == 0 && PoolPeaks.run(w, even.apart, even.left, even.size, x, y, index)) {
            return;
        }
        if (x.dtype() == DType.FLOAT32 && PoolPlaces.fits(w)) {
            p.rows(y, () -> new PoolPlaces(p, w, x, y, index));
            return;
        }
        p.rows(y, () -> {
            double[] row = new double[p.width];
            double[] best = new double[p.results];
            long[] where = new long[p.results];
            return (n, c, d, h) -> {
                Arrays.fill(best, Double.NEGATIVE_INFINITY);
                long start = (w.from()[0][d] * x.size(3) + w.from()[1][h]) * x.size(4);
                for (int v = 0; v < where.length; v++) {
                    where[v] = start + p.from[v];
                }
                for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
                    for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                        Convert.to(x.segment(), row(x, n, c, i, j), x.dtype(), row, p.width);
                        p.compare(row, (i * x.size(3) + j) * x.size(4), best, where);
                    }
                }
                Convert.from(best, y.segment(), row(y, n, c, d, h), y.dtype(), best.length);
                MemorySegment.copy(
                        where,
                        0,
                        index.segment(),
                        ValueLayout.JAVA_LONG_UNALIGNED,
                        row(index, n, c, d, h),
                        where.length);
            };
        });
    }

    private void compare(double[] row, long first, double[] best, long[] where) {
        for (int v = 0; v < best.length; v++) {
            double b = best[v];
            long at = where[v];
            for (int k = from[v]; k < to[v]; k += step) {
                double f = row[k];
                if (!(f <= b) && (f > b || Double.isNaN(f))) { // one comparison for most
                    b = f;
                    at = first + k;
                }
            }
            best[v] = b;
            where[v] = at;
        }
    }

    /** The largest of float32, NaN where there is one. */
    static void largest(Windows w, Dense x, Dense y) {
        PoolRows p = new PoolRows(w, x);
        Even even = p.evenly();
        if (even != null && p.from[0] == 0 && PoolPeaks.run(w, even.apart, even.left, even.size, x, y, null)) {
            return;
        }
        int left = even == null ? 0 : even.left;
        int padded = even == null ? p.width : Math.max(left + p.width, even.apart * (p.results - 1) + even.size);
        p.rows(y, () -> {
            float[] most = new float[padded];
            float[] row = new float[padded];
            float[] spare = new float[padded];
            float[] out = new float[p.results];
            Arrays.fill(row, Float.NEGATIVE_INFINITY); // also what lies beside the input
            return (n, c, d, h) -> {
                boolean first = true;
                for (long i = w.from()[0][d]; i < w.to()[0][d]; i += w.step()[0]) {
                    for (long j = w.from()[1][h]; j < w.to()[1][h]; j += w.step()[1]) {
                        MemorySegment.copy(
                                x.segment(),
                                ValueLayout.JAVA_FLOAT_UNALIGNED,
                                row(x, n, c, i, j),
                                first ? most : row,
                                left,
                                p.width);
                        if (!first) {
                            larger(most, row);
                        }
                        first = false;
                    }
                }
                Arrays.fill(most, 0, first ? padded : left, Float.NEGATIVE_INFINITY);
                Arrays.fill(most, left + p.width, padded, Float.NEGATIVE_INFINITY);
                if (even == null) {
                    p.largest(most, out);
                } else {
                    even.largest(most, spare, out, p.step);
                }
                MemorySegment.copy(
                        out, 0, y.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, row(y, n, c, d, h), out.length);
            };
        });
    }

    static void larger(float[] most, float[] row) {
        for (int i = 0; i < row.length; i++) {
            most[i] = Math.max(most[i], row[i]);
        }
    }

    /** Windows along a row that are alike once the row has {@code left} more elements before it, and some after it. */
    private record Even(int apart, int size, int left) {
        /** Distance of windows up to which it is quicker to look at all elements than at those where windows begin. */
        private static final int CLOSE = 4;

        void largest(float[] row, float[] spare, float[] out, int step) {
            if (apart == 2 && size == 2 && step == 1) {
                for (int v = PAIRS.ready(out.length) ? Vectors.largest(row, out) : 0; v < out.length; v++) {
                    out[v] = Math.max(row[2 * v], row[2 * v + 1]);
                }
            } else if (apart <= CLOSE) {
                float[] from = row;
                float[] to = spare;
                for (int k = step; k < size; k += step) {
                    shifted(from, to, step);
                    float[] swap = from;
                    from = to;
                    to = swap;
                }
                pick(from, out);
            } else {
                pick(row, out);
                for (int k = step; k < size; k += step) {
                    for (int v = 0; v < out.length; v++) {
                        out[v] = Math.max(out[v], row[v * apart + k]);
                    }
                }
            }
        }

        /** The larger of each and the one {@code step} further on; after k times that is the largest of k + 1. */
        private static void shifted(float[] from, float[] to, int step) {
            int end = from.length - step;
            for (int i = 0; i < end; i++) {
                to[i] = Math.max(from[i], from[i + step]);
            }
        }

        private void pick(float[] row, float[] out) {
            for (int v = 0; v < out.length; v++) {
                out[v] = row[v * apart];
            }
        }
    }

    /** Neighbours, two by two, of which the compiler makes no vectors by itself. Loaded only where the Vector API is. */
    static final class Vectors {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LENGTH = SPECIES.length();
        private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(SPECIES, i -> 2 * i % LENGTH);
        private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(SPECIES, i -> (2 * i + 1) % LENGTH);
        private static final VectorMask<Float> SECOND = VectorMask.fromLong(SPECIES, -1L << LENGTH / 2);

        private Vectors() {}

        /** The larger of each two for the first of {@code out}, whose number it gives; less than a vector is left. */
        static int largest(float[] row, float[] out) {
            int n = out.length / LENGTH * LENGTH;
            for (int v = 0; v < n; v += LENGTH) {
                FloatVector a = FloatVector.fromArray(SPECIES, row, 2 * v);
                FloatVector b = FloatVector.fromArray(SPECIES, row, 2 * v + LENGTH);
                FloatVector even = a.rearrange(EVEN).blend(b.rearrange(EVEN), SECOND);
                a.rearrange(ODD).blend(b.rearrange(ODD), SECOND).max(even).intoArray(out, v);
            }
            return n;
        }
    }

    private @Nullable Even evenly() {
        if (results < 3) {
            return null;
        }
        int apart = from[2] - from[1];
        int size = to[1] - from[1];
        int start = from[1] - apart;
        for (int v = 0; v < results; v++) {
            int begin = start + v * apart;
            // Of windows with gaps a part is another window only if it begins with one of the elements.
            boolean cut = from[v] != begin || to[v] != begin + size;
            if (from[v] != Math.max(0, begin) || to[v] != Math.min(width, begin + size) || cut && step != 1) {
                return null;
            }
        }
        return new Even(apart, size, Math.max(0, -start));
    }

    private void largest(float[] row, float[] out) {
        for (int v = 0; v < out.length; v++) {
            float b = Float.NEGATIVE_INFINITY;
            for (int k = from[v]; k < to[v]; k += step) {
                b = Math.max(b, row[k]);
            }
            out[v] = b;
        }
    }
}
