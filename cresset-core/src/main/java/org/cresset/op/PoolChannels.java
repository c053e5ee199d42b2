package org.cresset.op;

import org.cresset.tensor.Dense;

/** Pooling of channels-last images: all channels of a place, which lie side by side, go together. */
final class PoolChannels {
    private static final int FEWEST = 8;

    private PoolChannels() {}

    static boolean fits(Dense x, Dense y) {
        return x.size(1) >= FEWEST
                && x.size(1) <= Integer.MAX_VALUE
                && x.stride(1) == 1
                && y.stride(1) == 1
                && !x.dtype().isComplex();
    }

    /** Averages, whose sums are in float64 and begin with the first place of a window. */
    static void average(Windows w, long divisor, Dense x, Dense y) {
        int channels = (int) x.size(1);
        int cost = (int) Math.clamp(x.numel() / Math.max(1, y.numel()), 1, 1 << 12);
        Pooling.positions(y, cost, (n, d, h, v) -> {
            double by = divisor != 0 ? divisor : w.divisor()[0][d] * w.divisor()[1][h] * w.divisor()[2][v];
            double[] sums = new double[channels];
            double[] row = new double[channels];
            for (long i = w.from()[0][d]; i < w.to()[0][d]; i++) {
                for (long j = w.from()[1][h]; j < w.to()[1][h]; j++) {
                    for (long k = w.from()[2][v]; k < w.to()[2][v]; k++) {
                        long at = at(x, n, i, j, k);
                        Convert.to(x.segment(), at, x.dtype(), row, channels);
                        add(row, sums);
                    }
                }
            }
            divide(sums, by);
            Convert.from(sums, y.segment(), at(y, n, d, h, v), y.dtype(), channels);
        });
    }

    private static long at(Dense t, long n, long d, long h, long v) {
        long element = t.storageOffset() + n * t.stride(0) + d * t.stride(2) + h * t.stride(3) + v * t.stride(4);
        return element << t.dtype().shift();
    }

    private static void add(double[] row, double[] sums) {
        for (int c = 0; c < sums.length; c++) {
            sums[c] += row[c];
        }
    }

    private static void divide(double[] sums, double by) {
        for (int c = 0; c < sums.length; c++) {
            sums[c] /= by;
        }
    }
}
