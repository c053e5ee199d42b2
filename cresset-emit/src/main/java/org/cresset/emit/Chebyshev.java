package org.cresset.emit;

/** Sums of Chebyshev polynomials by Clenshaw's recurrence (Clenshaw 1955). */
final class Chebyshev {
    private Chebyshev() {}

    /** {@code c[0] T0(t) + c[1] T1(t) + ...} for t from -1 to 1. */
    static double sum(double[] c, double t) {
        double twice = 2 * t;
        double b0 = 0;
        double b1 = 0;
        for (int i = c.length - 1; i > 0; i--) {
            double b2 = b1;
            b1 = b0;
            b0 = twice * b1 - b2 + c[i];
        }
        return t * b0 - b1 + c[0];
    }

    /** The same in float64 lanes under float32, without the terms that don't show there. */
    static <V> V lanes(Lanes<V> l, double[] c, V t) {
        return lanes(l, c, t, 2e-10);
    }

    /** The same without the last terms as long as they are less than a part of the first. */
    static <V> V lanes(Lanes<V> l, double[] c, V t, double part) {
        int n = c.length;
        while (n > 2 && Math.abs(c[n - 1]) < part * Math.abs(c[0])) {
            n--;
        }
        V twice = l.add(t, t);
        V b0 = l.constant(c[n - 1]);
        V b1 = l.zero();
        for (int i = n - 2; i > 0; i--) {
            V b2 = b1;
            b1 = b0;
            b0 = l.fma(twice, b1, l.sub(l.constant(c[i]), b2));
        }
        return l.fma(t, b0, l.sub(l.constant(c[0]), b1));
    }
}
