package org.cresset.emit;

/** The error function's family and the normal distribution's functions, in double precision. */
public final class ErrorFunctions {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955125739;
    private static final double HALF_LOG_TWO_PI = 0.91893853320467274178;
    private static final double SQRT_HALF = 0.70710678118654752440;

    /** erf(x) / x for x^2 = (t + 1) / 2, computed for this file from 50-digit values. */
    private static final double[] ERF_SMALL = {
        0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485,
        2.741993125219606e-05, -1.1043175507344507e-06, 3.8488755420345036e-08, -1.1808582533875466e-09,
        3.2334215826050907e-11, -7.991015947004549e-13, 1.7990725113961456e-14, -3.718635487818693e-16,
        7.103599003714253e-18
    };

    /** (1 + 2 x) e^(x^2) erfc(x) for t = (x - 3.75) / (x + 3.75) (Shepherd and Laframboise 1981), computed for this file. */
    static final double[] ERFCX = {
        1.1775789345674017,
        -0.004590054580646478,
        -0.08424913336651792,
        0.05920993999819189,
        -0.026658668435305753,
        0.009074997670705265,
        -0.002413163540417608,
        0.0004907758365258086,
        -6.916973302501207e-05,
        4.13902798607301e-06,
        7.74038306619849e-07,
        -2.1886401049234397e-07,
        1.076499946567091e-08,
        4.521959811218287e-09,
        -7.754400208831351e-10,
        -6.318088340886684e-11,
        2.86879501093067e-11,
        1.9455868545777347e-13,
        -9.65469674843344e-13,
        3.25254814814874e-14,
        3.3478119482868056e-14,
        -1.864562880419313e-15,
        -1.2507950530688648e-15,
        7.418235256624044e-17,
        5.068148904796111e-17
    };

    private ErrorFunctions() {}

    /** The error function. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a <= 1) {
            return x * Chebyshev.sum(ERF_SMALL, 2 * x * x - 1);
        }
        return Double.isNaN(x) ? x : Math.copySign(1 - upper(a), x);
    }

    /** 1 - erf(x). */
    public static double erfc(double x) {
        if (Math.abs(x) <= 0.5) {
            return 1 - erf(x);
        }
        return x < 0 ? 2 - upper(-x) : upper(x);
    }

    /** erfc(x) for positive x. */
    private static double upper(double x) {
        if (x > 27.3) {
            return 0;
        }
        double s = x * x;
        double lost = Math.fma(x, x, -s); // what rounding took from the square matters where it is large
        return Math.exp(-s) * (1 - lost) * scaled(x);
    }

    /** e^(x^2) erfc(x) for positive x. */
    private static double scaled(double x) {
        if (x > 1e8) {
            return 0.56418958354775628695 / x;
        }
        return Chebyshev.sum(ERFCX, (x - 3.75) / (x + 3.75)) / (1 + 2 * x);
    }

    /** e^(x^2) erfc(x). */
    public static double erfcx(double x) {
        if (Math.abs(x) <= 0.5) {
            return Math.exp(x * x) * (1 - erf(x)); // exactly 1 at 0
        }
        if (x >= 0) {
            return scaled(x);
        }
        if (x < -26.7) {
            return Double.POSITIVE_INFINITY;
        }
        double s = x * x;
        double lost = Math.fma(x, x, -s);
        return 2 * Math.exp(s) * (1 + lost) - scaled(-x);
    }

    /** The inverse of {@link #erf}: an estimate (Winitzki), then Newton steps on whichever of erf and erfc is the smaller. */
    public static double erfinv(double y) {
        if (Double.isNaN(y) || y < -1 || y > 1) {
            return Double.NaN;
        }
        if (y == 1 || y == -1) {
            return y > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        if (y == 0) {
            return y;
        }
        double a = Math.abs(y);
        double log = Math.log1p(-a) + Math.log1p(a);
        double b = 4.3307467508 + log / 2;
        double x = Math.sqrt(Math.sqrt(b * b - log / 0.147) - b);
        double rest = 1 - a;
        for (int i = 0; i < 4; i++) {
            double error = a < 0.5 ? erf(x) - a : rest - erfc(x);
            double step = error / (TWO_OVER_SQRT_PI * Math.exp(-x * x));
            x -= step / (1 + x * step);
        }
        return Math.copySign(x, y);
    }

    /** The quantile of the standard normal distribution. */
    public static double ndtri(double p) {
        return p < 0.5 ? -ndtriUpper(p) : p == 0.5 ? 0 : ndtriUpper(1 - p);
    }

    private static double ndtriUpper(double tail) {
        if (!(tail > 0)) {
            return tail == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double x = tail > 1e-10 ? erfinv(1 - 2 * tail) / SQRT_HALF : Math.sqrt(-2 * Math.log(tail));
        int steps = tail > 1e-10 ? 1 : 6;
        for (int i = 0; i < steps; i++) { // Newton on the logarithm of the tail
            double log = logNdtr(-x);
            double slope = -Math.exp(-x * x / 2 - HALF_LOG_TWO_PI - log);
            x -= (log - Math.log(tail)) / slope;
        }
        return x;
    }

    /** The logarithm of the standard normal distribution function. */
    public static double logNdtr(double x) {
        if (x < -1) {
            double t = -x * SQRT_HALF;
            return Math.log(scaled(t) / 2) - x * x / 2;
        }
        return Math.log1p(-erfc(x * SQRT_HALF) / 2);
    }

    /** The standard normal distribution function. */
    public static double ndtr(double x) {
        return erfc(-x * SQRT_HALF) / 2;
    }
}
