package org.cresset.emit;

/**
 * Orthogonal polynomials of degree n at x by their recurrences (Abramowitz and Stegun, 22.7); the Chebyshev ones of higher
 * degree inside of their interval by their trigonometric forms (22.3.15 and 16). Degrees are rounded towards zero; a negative
 * one gives 0.
 */
public final class Orthogonal {
    private Orthogonal() {}

    /** Rounded towards zero; negative for what is no number or too large. */
    private static long whole(double degree) {
        return degree > -1 && degree < 0x1p63 ? (long) degree : -1;
    }

    /** One of the four kinds: their recurrence is the same, T0 = U0 = V0 = W0 = 1 and the first ones differ. */
    private static double recurrence(double x, double first, long n) {
        double p = 1;
        double q = first;
        for (long k = 2; k <= n && !Double.isNaN(q); k++) {
            double r = 2 * x * q - p;
            p = q;
            q = r;
        }
        return n == 0 ? 1 : q;
    }

    private static double alternating(long n, double magnitude) {
        return n % 2 == 0 ? magnitude : -magnitude;
    }

    /** The Chebyshev polynomial of the first kind. */
    public static double chebyshevT(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (Math.abs(x) == 1) {
            return x > 0 ? 1 : alternating(n, 1);
        }
        return n > 6 && Math.abs(x) < 1 ? Math.cos(n * Math.acos(x)) : recurrence(x, x, n);
    }

    /** The Chebyshev polynomial of the second kind. */
    public static double chebyshevU(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (Math.abs(x) == 1) {
            return x > 0 ? n + 1 : alternating(n, n + 1);
        }
        if (n > 8 && Math.abs(x) < 1) {
            double a = Math.acos(x);
            return Math.sin((n + 1) * a) / Math.sin(a);
        }
        return recurrence(x, 2 * x, n);
    }

    /** The Chebyshev polynomial of the third kind. */
    public static double chebyshevV(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (Math.abs(x) == 1) {
            return x > 0 ? 1 : alternating(n, 2 * n + 1);
        }
        if (n > 8 && Math.abs(x) < 1) {
            double a = Math.acos(x);
            return Math.cos((n + 0.5) * a) / Math.cos(a / 2);
        }
        return recurrence(x, 2 * x - 1, n);
    }

    /** The Chebyshev polynomial of the fourth kind. */
    public static double chebyshevW(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (Math.abs(x) == 1) {
            return x > 0 ? 2 * n + 1 : alternating(n, 1);
        }
        if (n > 8 && Math.abs(x) < 1) {
            double a = Math.acos(x);
            return Math.sin((n + 0.5) * a) / Math.sin(a / 2);
        }
        return recurrence(x, 2 * x + 1, n);
    }

    /** The Chebyshev polynomial of the first kind at 2 x - 1. */
    public static double shiftedChebyshevT(double x, double degree) {
        return chebyshevT(x + x - 1, degree);
    }

    /** The Chebyshev polynomial of the second kind at 2 x - 1. */
    public static double shiftedChebyshevU(double x, double degree) {
        return chebyshevU(x + x - 1, degree);
    }

    /** The Chebyshev polynomial of the third kind at 2 x - 1. */
    public static double shiftedChebyshevV(double x, double degree) {
        return chebyshevV(x + x - 1, degree);
    }

    /** The Chebyshev polynomial of the fourth kind at 2 x - 1. */
    public static double shiftedChebyshevW(double x, double degree) {
        return chebyshevW(x + x - 1, degree);
    }

    /** The physicists' Hermite polynomial. */
    public static double hermiteH(double x, double degree) {
        long n = whole(degree);
        if (n <= 0) {
            return n < 0 ? 0 : 1;
        }
        if (n > 512) { // beyond double precision's range
            return Double.NaN;
        }
        double p = 1;
        double q = 2 * x;
        for (long k = 1; k < n; k++) {
            double r = 2 * x * q - 2 * k * p;
            p = q;
            q = r;
        }
        return q;
    }

    /** The probabilists' Hermite polynomial. */
    public static double hermiteHe(double x, double degree) {
        long n = whole(degree);
        if (n <= 0) {
            return n < 0 ? 0 : 1;
        }
        if (n > 512) { // beyond double precision's range
            return Double.NaN;
        }
        double p = 1;
        double q = x;
        for (long k = 1; k < n; k++) {
            double r = x * q - k * p;
            p = q;
            q = r;
        }
        return q;
    }

    /** The Laguerre polynomial. */
    public static double laguerreL(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (x == 0 || n == 0) {
            return 1;
        }
        double p = 1;
        double q = 1 - x;
        for (long k = 1; k < n && !Double.isNaN(q); k++) {
            double r = ((2 * k + 1 - x) * q - k * p) / (k + 1);
            p = q;
            q = r;
        }
        return q;
    }

    /** The Legendre polynomial. */
    public static double legendreP(double x, double degree) {
        long n = whole(degree);
        if (n < 0) {
            return 0;
        }
        if (Math.abs(x) == 1) {
            return x > 0 ? 1 : alternating(n, 1);
        }
        if (n == 0) {
            return 1;
        }
        double p = 1;
        double q = x;
        for (long k = 1; k < n && !Double.isNaN(q); k++) {
            double r = ((2 * k + 1) * x * q - k * p) / (k + 1);
            p = q;
            q = r;
        }
        return q;
    }
}
