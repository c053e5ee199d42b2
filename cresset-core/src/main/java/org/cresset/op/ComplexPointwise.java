package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;
import org.jspecify.annotations.Nullable;

/** Runs elementwise functions of complex numbers, element by element in double precision. */
final class ComplexPointwise {
    private static final long GRAIN = 1 << 13;

    private ComplexPointwise() {}

    /** Computes {@code out} (complex, real or bool) from inputs of any dtype. */
    static void run(Elementwise.@Nullable ComplexFunction f, DType compute, Dense out, @Nullable Dense[] in) {
        if (f == null || out.numel() == 0) {
            return;
        }
        int k = in.length;
        Dense[] operands = new Dense[k + 1];
        operands[0] = out;
        System.arraycopy(in, 0, operands, 1, k);
        Geometry g = Geometry.of(out.shape(), operands);
        Workers.parallelFor(g.numel, GRAIN, (from, to) -> {
            double[] x = new double[2 * k];
            double[] y = new double[2];
            for (long at = from; at < to; at++) {
                for (int i = 0; i < k; i++) {
                    Dense t = operands[i + 1];
                    long o = g.offset(i + 1, at);
                    x[2 * i] = Convert.readDouble(t.dtype(), t.segment(), o);
                    x[2 * i + 1] = t.dtype().isComplex()
                            ? Convert.readDouble(
                                    t.dtype().real(), t.segment(), o + t.dtype().size() / 2)
                            : 0;
                }
                f.apply(x, y);
                long o = g.offset(0, at);
                Convert.writeDouble(out.dtype().real(), out.segment(), o, y[0]);
                if (out.dtype().isComplex()) {
                    Convert.writeDouble(
                            out.dtype().real(), out.segment(), o + out.dtype().size() / 2, y[1]);
                }
            }
        });
    }
}
