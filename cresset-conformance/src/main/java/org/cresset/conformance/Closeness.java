package org.cresset.conformance;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Element-by-element comparison of what was computed with what was stored. */
final class Closeness {
    private Closeness() {}

    /** Elements as pairs of real and imaginary parts, or singly; float64 holds every dtype but large int64 exactly. */
    record Numbers(double[] values, boolean complex) {
        static Numbers of(Tensor t) {
            Tensor x = t.detach();
            if (!x.dtype().isComplex()) {
                return new Numbers(x.toDoubleArray(), false);
            }
            Tensor wide = x.to(DType.COMPLEX128).contiguous();
            double[] re = wide.real().toDoubleArray();
            double[] im = wide.imag().toDoubleArray();
            double[] both = new double[2 * re.length];
            for (int i = 0; i < re.length; i++) {
                both[2 * i] = re[i];
                both[2 * i + 1] = im[i];
            }
            return new Numbers(both, true);
        }
    }

    /** Dtype and shape must be equal. */
    static void sameKind(String what, Tensor got, DType dtype, String shape) {
        if (got.dtype() != dtype) {
            throw new Mismatch(what + " is " + got.dtype() + got.shape() + ", expected dtype " + dtype);
        }
        if (!got.shape().toString().equals(shape)) {
            throw new Mismatch(what + " has shape " + got.shape() + ", expected " + shape);
        }
    }

    /** {@code |got - want| <= atol + rtol |want|} wherever {@code mask}, if there is one, is true; NaN equals NaN. */
    static void close(String what, Tensor got, Tensor want, double rtol, double atol, boolean @Nullable [] mask) {
        if (!got.shape().equals(want.shape())) {
            throw new Mismatch(what + " has shape " + got.shape() + ", expected " + want.shape());
        }
        if (want.dtype() == DType.INT64) {
            exact(what, got, want, mask);
            return;
        }
        double[] g = Numbers.of(got).values;
        double[] w = Numbers.of(want).values;
        int step = want.dtype().isComplex() ? 2 : 1;
        double worst = 0;
        int at = -1;
        int count = 0;
        for (int i = 0; i < w.length / step; i++) {
            if (mask != null && !mask[i]) {
                continue;
            }
            double excess = step == 1 ? excess(g[i], w[i], rtol, atol) : excess(g, w, 2 * i, rtol, atol);
            if (excess > 0) {
                count++;
                if (at < 0 || excess > worst) {
                    worst = excess;
                    at = i;
                }
            }
        }
        if (at >= 0) {
            String pair = step == 1
                    ? g[at] + ", expected " + w[at]
                    : g[2 * at] + "+" + g[2 * at + 1] + "i, expected " + w[2 * at] + "+" + w[2 * at + 1] + "i";
            throw new Mismatch(what + " differs in " + count + " of " + w.length / step + " elements: [" + at + "] is "
                    + pair + " (rtol " + rtol + ", atol " + atol + ")");
        }
    }

    /** As {@link #close}, by a part of the largest finite number there is in either tensor. */
    static void near(String what, Tensor got, Tensor want, double tolerance) {
        double largest = 1;
        for (double v : Numbers.of(want).values) {
            largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        close(what, got, want, tolerance, tolerance * largest, null);
    }

    private static void exact(String what, Tensor got, Tensor want, boolean @Nullable [] mask) {
        long[] g = got.detach().toLongArray();
        long[] w = want.toLongArray();
        for (int i = 0; i < w.length; i++) {
            if (g[i] != w[i] && (mask == null || mask[i])) {
                throw new Mismatch(what + "[" + i + "] is " + g[i] + ", expected " + w[i]);
            }
        }
    }

    /** How much too far away a number is; 0 if it is near enough. */
    static double excess(double got, double want, double rtol, double atol) {
        if (got == want || Double.isNaN(got) && Double.isNaN(want)) {
            return 0;
        }
        if (!Double.isFinite(got) || !Double.isFinite(want)) {
            return Double.POSITIVE_INFINITY;
        }
        return Math.max(0, Math.abs(got - want) - (atol + rtol * Math.abs(want)));
    }

    private static double excess(double[] g, double[] w, int i, double rtol, double atol) {
        boolean gotNan = Double.isNaN(g[i]) || Double.isNaN(g[i + 1]);
        boolean wantNan = Double.isNaN(w[i]) || Double.isNaN(w[i + 1]);
        if (gotNan || wantNan) {
            return gotNan == wantNan ? 0 : Double.POSITIVE_INFINITY;
        }
        if (g[i] == w[i] && g[i + 1] == w[i + 1]) {
            return 0;
        }
        if (!(Double.isFinite(g[i])
                && Double.isFinite(g[i + 1])
                && Double.isFinite(w[i])
                && Double.isFinite(w[i + 1]))) {
            return Double.POSITIVE_INFINITY;
        }
        return Math.max(0, Math.hypot(g[i] - w[i], g[i + 1] - w[i + 1]) - (atol + rtol * Math.hypot(w[i], w[i + 1])));
    }

    /** The tensor that a call gave. */
    static Tensor tensor(String what, @Nullable Object value) {
        if (value instanceof Tensor t) {
            return t;
        }
        throw CressetException.type(what + " is no tensor but " + value);
    }
}
