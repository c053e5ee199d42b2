package org.cresset.emit;

/** Inverse hyperbolic functions, which Java's library lacks, in forms that keep relative accuracy near zero. */
public final class Inverse {
    private Inverse() {}

    /** The inverse hyperbolic sine. */
    public static double asinh(double x) {
        double a = Math.abs(x);
        if (Double.isInfinite(x) || a < 1e-9) {
            return x;
        }
        double y = a > 1e8 ? Math.log(a) + 0.69314718055994530942 : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
        return Math.copySign(y, x);
    }

    /** The inverse hyperbolic cosine. */
    public static double acosh(double x) {
        if (x > 1e8) {
            return Math.log(x) + 0.69314718055994530942;
        }
        double t = x - 1;
        return Math.log1p(t + Math.sqrt(2 * t + t * t));
    }

    /** The inverse hyperbolic tangent. */
    public static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }
}
