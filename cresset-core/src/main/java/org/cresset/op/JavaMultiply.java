package org.cresset.op;

import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Matrix products in Java, for dtypes that the native library lacks and for machines without it. */
final class JavaMultiply {
    private JavaMultiply() {}

    /** {@code c = a b (+ bias)}, each (batch, rows, columns); sums in double precision, of integers in long. */
    static void run(Dense a, Dense b, @Nullable Dense bias, Dense c) {
        long batch = c.size(0);
        int m = Math.toIntExact(c.size(1));
        int n = Math.toIntExact(c.size(2));
        int k = Math.toIntExact(a.size(2));
        if (c.numel() == 0) {
            return;
        }
        for (long i = 0; i < batch; i++) {
            if (c.dtype().isComplex()) {
                complex(a, b, bias, c, i, m, n, k);
            } else if (c.dtype().isFloat()) {
                real(a, b, bias, c, i, m, n, k);
            } else {
                integer(a, b, bias, c, i, m, n, k);
            }
        }
    }

    private static long at(Dense t, long i, long r, long s) {
        return t.storageOffset() + i * t.stride(0) + r * t.stride(1) + s * t.stride(2)
                << t.dtype().shift();
    }

    private static void real(Dense a, Dense b, @Nullable Dense bias, Dense c, long i, int m, int n, int k) {
        double[] packed = new double[Math.multiplyExact(k, n)];
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                packed[p * n + j] = Convert.readDouble(b.dtype(), b.segment(), at(b, i, p, j));
            }
        }
        Workers.parallelFor(m, Math.max(1, (1 << 16) / Math.max(1, (long) n * k)), (from, to) -> {
            double[] row = new double[n];
            for (long r = from; r < to; r++) {
                start(row, bias);
                for (int p = 0; p < k; p++) {
                    double x = Convert.readDouble(a.dtype(), a.segment(), at(a, i, r, p));
                    int base = p * n;
                    for (int j = 0; j < n; j++) {
                        row[j] = Math.fma(x, packed[base + j], row[j]);
                    }
                }
                for (int j = 0; j < n; j++) {
                    Convert.writeDouble(c.dtype(), c.segment(), at(c, i, r, j), row[j]);
                }
            }
        });
    }

    private static void start(double[] row, @Nullable Dense bias) {
        Arrays.fill(row, 0);
        for (int j = 0; bias != null && j < row.length; j++) {
            row[j] = bias.read(j);
        }
    }

    private static void integer(Dense a, Dense b, @Nullable Dense bias, Dense c, long i, int m, int n, int k) {
        for (int r = 0; r < m; r++) {
            for (int j = 0; j < n; j++) {
                long sum = bias == null ? 0 : bias.readLong(j);
                for (int p = 0; p < k; p++) {
                    sum += Convert.readLong(a.dtype(), a.segment(), at(a, i, r, p))
                            * Convert.readLong(b.dtype(), b.segment(), at(b, i, p, j));
                }
                Convert.writeLong(c.dtype(), c.segment(), at(c, i, r, j), sum);
            }
        }
    }

    private static void complex(Dense a, Dense b, @Nullable Dense bias, Dense c, long i, int m, int n, int k) {
        DType t = c.dtype().real();
        for (int r = 0; r < m; r++) {
            for (int j = 0; j < n; j++) {
                double re = 0;
                double im = 0;
                if (bias != null) {
                    long o = bias.storageOffset() + j * bias.stride(0)
                            << bias.dtype().shift();
                    re = Convert.readDouble(t, bias.segment(), o);
                    im = Convert.readDouble(t, bias.segment(), o + t.size());
                }
                for (int p = 0; p < k; p++) {
                    long x = at(a, i, r, p);
                    long y = at(b, i, p, j);
                    double xr = Convert.readDouble(t, a.segment(), x);
                    double xi = Convert.readDouble(t, a.segment(), x + t.size());
                    double yr = Convert.readDouble(t, b.segment(), y);
                    double yi = Convert.readDouble(t, b.segment(), y + t.size());
                    re += xr * yr - xi * yi;
                    im += xr * yi + xi * yr;
                }
                long o = at(c, i, r, j);
                Convert.writeDouble(t, c.segment(), o, re);
                Convert.writeDouble(t, c.segment(), o + t.size(), im);
            }
        }
    }
}
