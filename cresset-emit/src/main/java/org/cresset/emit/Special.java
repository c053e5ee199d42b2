package org.cresset.emit;

/** The gamma function's family, zeta, and what Java's mathematics lacks, in double precision. */
public final class Special {
    private static final double[] LANCZOS = {
        0.99999999999980993227684700473478,
        676.520368121885098567009190444019,
        -1259.13921672240287047156078755283,
        771.3234287776530788486528258894,
        -176.61502916214059906584551354,
        12.507343278686904814458936853,
        -0.13857109526572011689554707,
        9.984369578019570859563e-6,
        1.50563273514931155834e-7
    };
    private static final double HALF_LOG_TWO_PI = 0.91893853320467274178;

    private Special() {}

    /** {@code a / b}, 0 where b is 0, as loops divide integers. */
    public static long quotient(long a, long b) {
        return b == 0 ? 0 : a / b;
    }

    /** Base-2 logarithm, exact for powers of two. */
    public static double log2(double x) {
        if (x > 0 && x < Double.POSITIVE_INFINITY) {
            int e = Math.getExponent(x);
            if (e > Double.MIN_EXPONENT - 1 && x == Math.scalb(1.0, e)) {
                return e;
            }
        }
        return Math.log(x) * 1.4426950408889634074;
    }

    /** 2^x. */
    public static double exp2(double x) {
        double k = Math.rint(x);
        if (Double.isNaN(x) || Math.abs(x) > 1100) {
            return Math.pow(2, x);
        }
        return Math.scalb(Math.exp((x - k) * 0.69314718055994530942), (int) k);
    }

    /** C's fmod. */
    public static double fmod(double a, double b) {
        return a % b;
    }

    /** Python's {@code //} for floating point: the quotient of what the remainder leaves, so that both agree. */
    public static double floorDivide(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double mod = a % b;
        double div = (a - mod) / b;
        if (mod != 0 && (b < 0) != (mod < 0)) {
            div -= 1;
        }
        if (div == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(div);
        return div - floor > 0.5 ? floor + 1 : floor;
    }

    /** The logarithm of the magnitude of the gamma function (Lanczos' approximation with g = 7, 1964; reflection below 1/2). */
    public static double lgamma(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (Double.isInfinite(x) || x <= 0 && x == Math.floor(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (x < 0.5) {
            return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
        }
        if (Math.abs(x - 1) < 0.05 || Math.abs(x - 2) < 0.05) {
            return lgammaNearOne(x);
        }
        if (x > 1e7) {
            return x * (Math.log(x) - 1) - 0.5 * Math.log(x) + HALF_LOG_TWO_PI + 1 / (12 * x);
        }
        double z = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (z + i);
        }
        double t = z + 7.5;
        return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** The Taylor series about 1 (DLMF 5.7.3), for relative accuracy at the zeros 1 and 2. */
    private static double lgammaNearOne(double x) {
        if (x > 1.5) {
            return lgammaNearOne(x - 1) + Math.log1p(x - 2);
        }
        double d = x - 1;
        double[] zeta = {
            1.6449340668482264, 1.2020569031595943, 1.0823232337111382, 1.0369277551433699, 1.0173430619844491,
            1.0083492773819228, 1.0040773561979443, 1.0020083928260822, 1.0009945751278181, 1.0004941886041195
        };
        double sum = -0.57721566490153286061 * d;
        double power = d;
        for (int k = 2; k < zeta.length + 2; k++) {
            power *= -d;
            sum -= zeta[k - 2] * power / k;
        }
        return sum;
    }

    private static double sinPi(double x) {
        double r = x - 2 * Math.rint(x / 2);
        return Math.sin(Math.PI * r);
    }

    /** The logarithmic derivative of gamma: recurrence up to 10, then the asymptotic series (DLMF 5.11.2). */
    public static double digamma(double x) {
        if (x == 0) {
            return Math.copySign(Double.POSITIVE_INFINITY, -x);
        }
        if (x < 0) {
            if (x == Math.floor(x)) {
                return Double.NaN;
            }
            double r = x - Math.rint(x);
            return digamma(1 - x) - Math.PI / Math.tan(Math.PI * r);
        }
        double sum = 0;
        double y = x;
        while (y < 10) {
            sum -= 1 / y;
            y += 1;
        }
        double s = 1 / (y * y);
        double tail = s
                * (1.0 / 12
                        - s
                                * (1.0 / 120
                                        - s
                                                * (1.0 / 252
                                                        - s
                                                                * (1.0 / 240
                                                                        - s
                                                                                * (5.0 / 660
                                                                                        - s
                                                                                                * (691.0 / 32760
                                                                                                        - s / 12))))));
        return sum + Math.log(y) - 0.5 / y - tail;
    }

    /** The second derivative of log gamma. */
    public static double trigamma(double x) {
        return polygamma(1, x);
    }

    /** The n-th derivative of digamma. */
    public static double polygamma(double n, double x) {
        if (n == 0) {
            return digamma(x);
        }
        double factorial = Math.exp(lgamma(n + 1));
        if (x == 0) {
            return n % 2 == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (n == 1 && x < 0) { // reflection (DLMF 5.15.6)
            double s = sinPi(x);
            return x == Math.floor(x) ? Double.POSITIVE_INFINITY : Math.PI * Math.PI / (s * s) - polygamma(1, 1 - x);
        }
        return (n % 2 == 0 ? -factorial : factorial) * zeta(n + 1, x);
    }

    /** The Hurwitz zeta function by Euler-Maclaurin summation (DLMF 25.11.5). */
    public static double zeta(double s, double q) {
        if (s == 1) {
            return Double.POSITIVE_INFINITY;
        }
        if (s < 1) {
            return Double.NaN;
        }
        if (q > 1e8) { // the asymptotic form's first terms (DLMF 25.11.43)
            return Double.isInfinite(q) ? Double.NaN : Math.pow(q, 1 - s) * (1 / (s - 1) + 1 / (2 * q));
        }
        if (q <= 0) {
            if (q == Math.floor(q)) {
                return Double.POSITIVE_INFINITY;
            }
            if (s != Math.floor(s) || Double.isInfinite(s)) {
                return Double.NaN;
            }
            if (q < -20) { // the terms below and those above zero, each kind by the function for positive q
                double f = q - Math.floor(q);
                double below = zeta(s, 1 - f) - zeta(s, 1 - q);
                return zeta(s, f) + (s % 2 == 0 ? below : -below);
            }
        }
        if (Double.isNaN(s) || Double.isNaN(q)) {
            return Double.NaN;
        }
        double sum = 0;
        double a = q;
        for (int i = 0; i < 9 || a <= 9; i++) {
            sum += Math.pow(a, -s);
            a += 1;
        }
        double power = Math.pow(a, -s);
        sum += power * a / (s - 1) + power / 2;
        double[] bernoulli = {
            1.0 / 12,
            -1.0 / 720,
            1.0 / 30240,
            -1.0 / 1209600,
            1.0 / 47900160,
            -691.0 / 1307674368000.0,
            1.0 / 74724249600.0
        };
        double factor = s;
        double term = power / a;
        for (int k = 0; k < bernoulli.length; k++) {
            sum += bernoulli[k] * factor * term;
            factor *= (s + 2 * k + 1) * (s + 2 * k + 2);
            term /= a * a;
        }
        return sum;
    }
}
