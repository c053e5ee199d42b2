package org.cresset.emit;

/**
 * The regularised incomplete gamma functions P and Q: the power series (DLMF 8.11.4) where x is small against a, Legendre's
 * continued fraction (DLMF 8.9.2, by the modified Lentz algorithm) where it is large, and for large a near x the leading terms
 * of Temme's uniform expansion (DLMF 8.12.3).
 */
public final class IncompleteGamma {
    private static final double EPS = 0x1p-53;
    /** From here on two terms of the uniform expansion are exact to double precision. */
    private static final double UNIFORM = 1e6;

    private IncompleteGamma() {}

    /** P(a, x), the lower one. */
    public static double lower(double a, double x) {
        return regularised(a, x, false);
    }

    /** Q(a, x) = 1 - P(a, x), the upper one. */
    public static double upper(double a, double x) {
        return regularised(a, x, true);
    }

    private static double regularised(double a, double x, boolean upper) {
        double one = upper ? 0 : 1;
        if (a < 0 || x < 0) {
            return Double.NaN;
        }
        if (a == 0) {
            return x > 0 ? one : Double.NaN;
        }
        if (x == 0) {
            return 1 - one;
        }
        if (Double.isInfinite(a)) {
            return Double.isInfinite(x) ? Double.NaN : 1 - one;
        }
        if (Double.isInfinite(x)) {
            return one;
        }
        if (Double.isNaN(a) || Double.isNaN(x)) {
            return Double.NaN;
        }
        if (a > UNIFORM && Math.abs(x - a) < 0.3 * a) {
            return uniform(a, x, upper);
        }
        if (x < 1 && x < a + 1 || x <= a) {
            double p = series(a, x);
            return upper ? smallUpper(a, x, p) : p;
        }
        if (x <= 1.1 && upper) {
            return smallUpper(a, x, series(a, x));
        }
        if (x <= 1.1) {
            return series(a, x);
        }
        double q = fraction(a, x);
        return upper ? q : 1 - q;
    }

    /** Q from P where nothing is lost, else for small x and a by the series of DLMF 8.7.3. */
    private static double smallUpper(double a, double x, double p) {
        if (p < 0.9 || x > 1.1) {
            return 1 - p;
        }
        double sum = 0;
        double factor = 1;
        for (int n = 1; n < 200; n++) {
            factor *= -x / n;
            double term = factor / (a + n);
            sum += term;
            if (Math.abs(term) <= EPS * Math.abs(sum)) {
                break;
            }
        }
        double logx = Math.log(x);
        double term = -Math.expm1(a * logx - Special.lgamma(1 + a));
        return term - Math.exp(a * logx - Special.lgamma(a)) * sum;
    }

    private static double series(double a, double x) {
        double front = front(a, x);
        if (front == 0) {
            return 0;
        }
        double r = a;
        double term = 1;
        double sum = 1;
        for (int i = 0; i < 100_000 && term > EPS * sum; i++) {
            r += 1;
            term *= x / r;
            sum += term;
        }
        return sum * front / a;
    }

    private static double fraction(double a, double x) {
        double front = front(a, x);
        if (front == 0) {
            return 0;
        }
        double b = x + 1 - a;
        double tiny = 1e-300;
        double c = 1 / tiny;
        double d = 1 / b;
        double h = d;
        for (int i = 1; i < 100_000; i++) {
            double an = -i * (i - a);
            b += 2;
            d = an * d + b;
            d = 1 / (Math.abs(d) < tiny ? tiny : d);
            c = b + an / c;
            c = Math.abs(c) < tiny ? tiny : c;
            double step = d * c;
            h *= step;
            if (Math.abs(step - 1) <= EPS) {
                break;
            }
        }
        return h * front;
    }

    /** x^a e^-x / Gamma(a). */
    private static double front(double a, double x) {
        if (a < 20) {
            return Math.exp(a * Math.log(x) - x - Special.lgamma(a));
        }
        // Stirling: Gamma(a) = sqrt(2 pi / a) (a / e)^a e^s, and x^a e^-x (e / a)^a = e^(a (log(1 + d) - d)), 1 + d = x
        // / a
        double r = 1 / (a * a);
        double s = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / a;
        return Math.exp(a * log1pMinus((x - a) / a) - s) * Math.sqrt(a / (2 * Math.PI));
    }

    /** log(1 + d) - d. */
    static double log1pMinus(double d) {
        if (Math.abs(d) > 0.4) {
            return Math.log1p(d) - d;
        }
        // with r = d / (2 + d): 2 (r^3 / 3 + r^5 / 5 + ...) - d r
        double r = d / (2 + d);
        double s = r * r;
        double sum = 0;
        for (int k = 25; k >= 3; k -= 2) {
            sum = s * sum + 1.0 / k;
        }
        return 2 * r * s * sum - d * r;
    }

    private static double uniform(double a, double x, boolean upper) {
        double mu = (x - a) / a;
        double half = -log1pMinus(mu); // eta^2 / 2
        double eta = Math.copySign(Math.sqrt(2 * half), mu);
        double c0;
        double c1;
        if (Math.abs(eta) < 0.05) {
            c0 = -1.0 / 3 + eta * (1.0 / 12 - eta * (2.0 / 135 - eta * (1.0 / 864 + eta * (1.0 / 2835))));
            c1 = -1.0 / 540 - eta * (1.0 / 288 - eta * (1.0 / 378));
        } else {
            c0 = 1 / mu - 1 / eta;
            c1 = 1 / (eta * eta * eta) - 1 / (mu * mu * mu) - 1 / (mu * mu) - 1 / (12 * mu);
        }
        double rest = Math.exp(-a * half) / Math.sqrt(2 * Math.PI * a) * (c0 + c1 / a);
        double root = eta * Math.sqrt(a / 2);
        return upper ? ErrorFunctions.erfc(root) / 2 + rest : ErrorFunctions.erfc(-root) / 2 - rest;
    }
}
