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
}
