package org.cresset.op;

import org.cresset.emit.Inverse;

/** Elementwise functions of complex numbers: operands come as (re, im) after each other, the result as (re, im). */
final class ComplexMath {
    private ComplexMath() {}

    private static void put(double[] out, double re, double im) {
        out[0] = re;
        out[1] = im;
    }

    static void add(double[] x, double[] out) {
        put(out, x[0] + x[2], x[1] + x[3]);
    }

    static void sub(double[] x, double[] out) {
        put(out, x[0] - x[2], x[1] - x[3]);
    }

    static void mul(double[] x, double[] out) {
        put(out, x[0] * x[2] - x[1] * x[3], x[0] * x[3] + x[1] * x[2]);
    }

    /** Scaled by the larger part of the divisor, so that nothing overflows on the way (Smith 1962). */
    static void div(double[] x, double[] out) {
        double c = x[2];
        double d = x[3];
        if (Math.abs(c) >= Math.abs(d)) {
            if (c == 0 && d == 0) {
                put(out, x[0] / Math.abs(c), x[1] / Math.abs(d));
                return;
            }
            double r = d / c;
            double s = c + d * r;
            put(out, (x[0] + x[1] * r) / s, (x[1] - x[0] * r) / s);
        } else {
            double r = c / d;
            double s = c * r + d;
            put(out, (x[0] * r + x[1]) / s, (x[1] * r - x[0]) / s);
        }
    }

    static void neg(double[] x, double[] out) {
        put(out, -x[0], -x[1]);
    }

    static void conj(double[] x, double[] out) {
        put(out, x[0], -x[1]);
    }

    static void abs(double[] x, double[] out) {
        put(out, Math.hypot(x[0], x[1]), 0);
    }

    static void reciprocal(double[] x, double[] out) {
        div(new double[] {1, 0, x[0], x[1]}, out);
    }

    static void eq(double[] x, double[] out) {
        put(out, x[0] == x[2] && x[1] == x[3] ? 1 : 0, 0);
    }

    static void ne(double[] x, double[] out) {
        put(out, x[0] == x[2] && x[1] == x[3] ? 0 : 1, 0);
    }

    private static boolean truth(double[] x, int i) {
        return x[i] != 0 || x[i + 1] != 0;
    }

    static void both(double[] x, double[] out) {
        put(out, truth(x, 0) && truth(x, 2) ? 1 : 0, 0);
    }

    static void either(double[] x, double[] out) {
        put(out, truth(x, 0) || truth(x, 2) ? 1 : 0, 0);
    }

    static void oneOf(double[] x, double[] out) {
        put(out, truth(x, 0) != truth(x, 2) ? 1 : 0, 0);
    }

    static void isZero(double[] x, double[] out) {
        put(out, truth(x, 0) ? 0 : 1, 0);
    }

    static void isNan(double[] x, double[] out) {
        put(out, Double.isNaN(x[0]) || Double.isNaN(x[1]) ? 1 : 0, 0);
    }

    static void isInf(double[] x, double[] out) {
        put(out, Double.isInfinite(x[0]) || Double.isInfinite(x[1]) ? 1 : 0, 0);
    }

    static void isFinite(double[] x, double[] out) {
        put(out, Double.isFinite(x[0]) && Double.isFinite(x[1]) ? 1 : 0, 0);
    }

    static void exp(double[] x, double[] out) {
        double r = Math.exp(x[0]);
        put(out, r * Math.cos(x[1]), x[1] == 0 ? x[1] : r * Math.sin(x[1]));
    }

    static void exp2(double[] x, double[] out) {
        double ln2 = 0.69314718055994530942;
        exp(new double[] {x[0] * ln2, x[1] * ln2}, out);
    }

    static void expm1(double[] x, double[] out) {
        double half = Math.sin(x[1] / 2);
        put(out, Math.expm1(x[0]) * Math.cos(x[1]) - 2 * half * half, Math.exp(x[0]) * Math.sin(x[1]));
    }

    static void log(double[] x, double[] out) {
        put(out, Math.log(Math.hypot(x[0], x[1])), Math.atan2(x[1], x[0]));
    }

    private static void logOver(double[] x, double[] out, double base) {
        log(x, out);
        put(out, out[0] / base, out[1] / base);
    }

    static void log2(double[] x, double[] out) {
        logOver(x, out, 0.69314718055994530942);
    }

    static void log10(double[] x, double[] out) {
        logOver(x, out, 2.302585092994045684);
    }

    static void log1p(double[] x, double[] out) {
        double re = x[0];
        double im = x[1];
        put(out, 0.5 * Math.log1p(re * (2 + re) + im * im), Math.atan2(im, 1 + re));
    }

    static void sqrt(double[] x, double[] out) {
        double m = Math.hypot(x[0], x[1]);
        double t = Math.sqrt((m + Math.abs(x[0])) / 2);
        if (t == 0) {
            put(out, 0, x[1]);
        } else if (x[0] >= 0) {
            put(out, t, x[1] / (2 * t));
        } else {
            put(out, Math.abs(x[1]) / (2 * t), Math.copySign(t, x[1]));
        }
    }

    static void rsqrt(double[] x, double[] out) {
        sqrt(x, out);
        reciprocal(out.clone(), out);
    }

    static void sin(double[] x, double[] out) {
        put(out, Math.sin(x[0]) * Math.cosh(x[1]), Math.cos(x[0]) * Math.sinh(x[1]));
    }

    static void cos(double[] x, double[] out) {
        put(out, Math.cos(x[0]) * Math.cosh(x[1]), -Math.sin(x[0]) * Math.sinh(x[1]));
    }

    static void sinh(double[] x, double[] out) {
        put(out, Math.sinh(x[0]) * Math.cos(x[1]), Math.cosh(x[0]) * Math.sin(x[1]));
    }

    static void cosh(double[] x, double[] out) {
        put(out, Math.cosh(x[0]) * Math.cos(x[1]), Math.sinh(x[0]) * Math.sin(x[1]));
    }

    /** By (Kahan 1987), which stays finite for large real parts. */
    static void tanh(double[] x, double[] out) {
        if (Math.abs(x[0]) > 20) {
            put(out, Math.copySign(1, x[0]), 4 * Math.sin(x[1]) * Math.cos(x[1]) * Math.exp(-2 * Math.abs(x[0])));
            return;
        }
        double t = Math.tan(x[1]);
        double b = 1 + t * t;
        double s = Math.sinh(x[0]);
        double r = Math.sqrt(1 + s * s);
        put(out, b * r * s / (1 + b * s * s), t / (1 + b * s * s));
    }

    static void tan(double[] x, double[] out) {
        tanh(new double[] {-x[1], x[0]}, out);
        put(out, out[1], -out[0]);
    }

    /** By (Kahan 1987) from sqrt(1 - z) and sqrt(1 + z). */
    static void asin(double[] x, double[] out) {
        double[] p = new double[2];
        double[] q = new double[2];
        sqrt(new double[] {1 - x[0], -x[1]}, p);
        sqrt(new double[] {1 + x[0], x[1]}, q);
        put(out, Math.atan2(x[0], p[0] * q[0] - p[1] * q[1]), Inverse.asinh(p[0] * q[1] - p[1] * q[0]));
    }

    static void acos(double[] x, double[] out) {
        double[] p = new double[2];
        double[] q = new double[2];
        sqrt(new double[] {1 - x[0], -x[1]}, p);
        sqrt(new double[] {1 + x[0], x[1]}, q);
        put(out, 2 * Math.atan2(p[0], q[0]), Inverse.asinh(q[0] * p[1] - q[1] * p[0]));
    }

    static void asinh(double[] x, double[] out) {
        asin(new double[] {-x[1], x[0]}, out);
        put(out, out[1], -out[0]);
    }

    static void acosh(double[] x, double[] out) {
        double[] p = new double[2];
        double[] q = new double[2];
        sqrt(new double[] {x[0] - 1, x[1]}, p);
        sqrt(new double[] {x[0] + 1, x[1]}, q);
        put(out, Inverse.asinh(p[0] * q[0] + p[1] * q[1]), 2 * Math.atan2(p[1], q[0]));
    }

    static void atanh(double[] x, double[] out) {
        double re = x[0];
        double im = x[1];
        double num = (1 + re) * (1 + re) + im * im;
        double den = (1 - re) * (1 - re) + im * im;
        put(out, 0.25 * Math.log(num / den), 0.5 * Math.atan2(2 * im, (1 - re) * (1 + re) - im * im));
    }

    static void atan(double[] x, double[] out) {
        atanh(new double[] {-x[1], x[0]}, out);
        put(out, out[1], -out[0]);
    }

    static void sigmoid(double[] x, double[] out) {
        exp(new double[] {-x[0], -x[1]}, out);
        reciprocal(new double[] {1 + out[0], out[1]}, out);
    }

    static void pow(double[] x, double[] out) {
        if (x[2] == 0 && x[3] == 0) {
            put(out, 1, 0);
            return;
        }
        if (x[0] == 0 && x[1] == 0) {
            put(out, x[2] > 0 ? 0 : Double.POSITIVE_INFINITY, 0);
            return;
        }
        double[] l = new double[2];
        log(x, l);
        exp(new double[] {l[0] * x[2] - l[1] * x[3], l[0] * x[3] + l[1] * x[2]}, out);
    }
}
