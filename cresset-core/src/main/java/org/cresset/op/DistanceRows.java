package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.tensor.Dense;

/**
 * The p-norms of the differences between one vector and many others, on one thread. The others are kept by columns, so that the
 * innermost loops run over them and become vector code by themselves.
 */
final class DistanceRows {
    /** Numbers of the others that are kept at once. */
    private static final int KEPT = 1 << 16;

    private final Dense others;
    private final int k;
    private final int block;
    private final double p;
    private final boolean narrow;
    private final float[][] floatColumns;
    private final double[][] columns;
    private final float[] floatSums;
    private final double[] sums;
    private final double[] row;

    /** For some of the rows of matrices (b, n, k), contiguous, of float32 or float64. */
    DistanceRows(Dense others, double p) {
        this.others = others;
        this.p = p;
        k = Math.toIntExact(others.size(2));
        block = (int) Math.min(others.size(1), Math.max(16, KEPT / Math.max(1, k)));
        // powers are computed in double
        narrow = others.dtype() == DType.FLOAT32 && (p == 2 || p == 1 || p == Double.POSITIVE_INFINITY);
        floatColumns = new float[narrow ? k : 0][block];
        columns = new double[narrow ? 0 : k][block];
        floatSums = new float[narrow ? block : 0];
        sums = new double[narrow ? 0 : block];
        row = new double[k];
    }

    /** How many of the others are taken at once. */
    int block() {
        return block;
    }

    /** Takes {@code count} rows from a row of all matrices on. */
    void load(long from, int count) {
        int size = others.dtype().size();
        for (int j = 0; j < count; j++) {
            Convert.to(others.segment(), others.byteOffset() + (from + j) * k * size, others.dtype(), row, k);
            for (int i = 0; i < k; i++) {
                if (narrow) {
                    floatColumns[i][j] = (float) row[i];
                } else {
                    columns[i][j] = row[i];
                }
            }
        }
    }

    /** Writes the distances from the k elements at a byte offset of a to those of the rows taken from {@code first} on. */
    void distances(Dense a, long at, int first, int count, Dense y, long to) {
        Convert.to(a.segment(), at, a.dtype(), row, k);
        if (narrow) {
            Arrays.fill(floatSums, first, count, 0);
            for (int i = 0; i < k; i++) {
                float x = (float) row[i];
                if (p == 2) {
                    squares(floatSums, floatColumns[i], x, first, count);
                } else if (p == 1) {
                    magnitudes(floatSums, floatColumns[i], x, first, count);
                } else {
                    largest(floatSums, floatColumns[i], x, first, count);
                }
            }
            if (p == 2) {
                roots(floatSums, first, count);
            }
            MemorySegment.copy(floatSums, first, y.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, to, count - first);
            return;
        }
        Arrays.fill(sums, first, count, 0);
        for (int i = 0; i < k; i++) {
            powers(sums, columns[i], row[i], first, count, p);
        }
        for (int j = first; j < count; j++) {
            double s = sums[j];
            double d = p == 2 ? Math.sqrt(s) : p == 1 || p == 0 || Double.isInfinite(p) ? s : Math.pow(s, 1 / p);
            Convert.writeDouble(
                    y.dtype(), y.segment(), to + (long) (j - first) * y.dtype().size(), d);
        }
    }

    private static void squares(float[] sums, float[] column, float x, int from, int to) {
        for (int j = from; j < to; j++) {
            float d = x - column[j];
            sums[j] += d * d;
        }
    }

    private static void magnitudes(float[] sums, float[] column, float x, int from, int to) {
        for (int j = from; j < to; j++) {
            sums[j] += Math.abs(x - column[j]);
        }
    }

    private static void largest(float[] sums, float[] column, float x, int from, int to) {
        for (int j = from; j < to; j++) {
            sums[j] = Math.max(sums[j], Math.abs(x - column[j]));
        }
    }

    private static void roots(float[] sums, int from, int to) {
        for (int j = from; j < to; j++) {
            sums[j] = (float) Math.sqrt(sums[j]);
        }
    }

    private static void powers(double[] sums, double[] column, double x, int from, int to, double p) {
        if (p == 2) {
            for (int j = from; j < to; j++) {
                double d = x - column[j];
                sums[j] += d * d;
            }
        } else if (p == 1) {
            for (int j = from; j < to; j++) {
                sums[j] += Math.abs(x - column[j]);
            }
        } else if (p == Double.POSITIVE_INFINITY) {
            for (int j = from; j < to; j++) {
                sums[j] = Math.max(sums[j], Math.abs(x - column[j]));
            }
        } else if (p == 0) {
            for (int j = from; j < to; j++) {
                sums[j] += x - column[j] != 0 ? 1 : 0;
            }
        } else {
            for (int j = from; j < to; j++) {
                sums[j] += Math.pow(Math.abs(x - column[j]), p);
            }
        }
    }
}
