package org.cresset.op;

/**
 * One pass of {@link FftPlan} each: reads {@code radix} elements that lie {@code groups * stride} apart, writes their small
 * transform, turned by the pass's factors, to places that lie {@code stride} apart. The loops over a stride are the inner ones.
 */
final class FftPasses {
    private static final double SIN_3 = 0.86602540378443864676;
    private static final double COS_5 = 0.30901699437494742410;
    private static final double COS_5_2 = -0.80901699437494742410;
    private static final double SIN_5 = 0.95105651629515357212;
    private static final double SIN_5_2 = 0.58778525229247312917;

    private FftPasses() {}

    static void two(
            double[] re,
            double[] im,
            double[] toRe,
            double[] toIm,
            int groups,
            int stride,
            double[] cos,
            double[] sin) {
        int apart = groups * stride;
        for (int p = 0; p < groups; p++) {
            double c = cos[p];
            double s = sin[p];
            int from = p * stride;
            int to = 2 * p * stride;
            for (int q = 0; q < stride; q++) {
                double ar = re[from + q];
                double ai = im[from + q];
                double br = re[from + apart + q];
                double bi = im[from + apart + q];
                toRe[to + q] = ar + br;
                toIm[to + q] = ai + bi;
                double dr = ar - br;
                double di = ai - bi;
                toRe[to + stride + q] = dr * c - di * s;
                toIm[to + stride + q] = dr * s + di * c;
            }
        }
    }

    static void three(
            double[] re,
            double[] im,
            double[] toRe,
            double[] toIm,
            int groups,
            int stride,
            double[] cos,
            double[] sin) {
        int apart = groups * stride;
        for (int p = 0; p < groups; p++) {
            double c1 = cos[2 * p];
            double s1 = sin[2 * p];
            double c2 = cos[2 * p + 1];
            double s2 = sin[2 * p + 1];
            int from = p * stride;
            int to = 3 * p * stride;
            for (int q = 0; q < stride; q++) {
                double ar = re[from + q];
                double ai = im[from + q];
                double br = re[from + apart + q];
                double bi = im[from + apart + q];
                double cr = re[from + 2 * apart + q];
                double ci = im[from + 2 * apart + q];
                double sumR = br + cr;
                double sumI = bi + ci;
                toRe[to + q] = ar + sumR;
                toIm[to + q] = ai + sumI;
                double mr = ar - 0.5 * sumR;
                double mi = ai - 0.5 * sumI;
                double dr = SIN_3 * (bi - ci);
                double di = -SIN_3 * (br - cr);
                double xr = mr + dr;
                double xi = mi + di;
                toRe[to + stride + q] = xr * c1 - xi * s1;
                toIm[to + stride + q] = xr * s1 + xi * c1;
                double yr = mr - dr;
                double yi = mi - di;
                toRe[to + 2 * stride + q] = yr * c2 - yi * s2;
                toIm[to + 2 * stride + q] = yr * s2 + yi * c2;
            }
        }
    }

    static void four(
            double[] re,
            double[] im,
            double[] toRe,
            double[] toIm,
            int groups,
            int stride,
            double[] cos,
            double[] sin) {
        int apart = groups * stride;
        for (int p = 0; p < groups; p++) {
            double c1 = cos[3 * p];
            double s1 = sin[3 * p];
            double c2 = cos[3 * p + 1];
            double s2 = sin[3 * p + 1];
            double c3 = cos[3 * p + 2];
            double s3 = sin[3 * p + 2];
            int from = p * stride;
            int to = 4 * p * stride;
            for (int q = 0; q < stride; q++) {
                double ar = re[from + q];
                double ai = im[from + q];
                double br = re[from + apart + q];
                double bi = im[from + apart + q];
                double cr = re[from + 2 * apart + q];
                double ci = im[from + 2 * apart + q];
                double dr = re[from + 3 * apart + q];
                double di = im[from + 3 * apart + q];
                double acr = ar + cr;
                double aci = ai + ci;
                double bdr = br + dr;
                double bdi = bi + di;
                toRe[to + q] = acr + bdr;
                toIm[to + q] = aci + bdi;
                double evenR = ar - cr;
                double evenI = ai - ci;
                double oddR = bi - di; // -i (b - d)
                double oddI = dr - br;
                double xr = evenR + oddR;
                double xi = evenI + oddI;
                toRe[to + stride + q] = xr * c1 - xi * s1;
                toIm[to + stride + q] = xr * s1 + xi * c1;
                double yr = acr - bdr;
                double yi = aci - bdi;
                toRe[to + 2 * stride + q] = yr * c2 - yi * s2;
                toIm[to + 2 * stride + q] = yr * s2 + yi * c2;
                double zr = evenR - oddR;
                double zi = evenI - oddI;
                toRe[to + 3 * stride + q] = zr * c3 - zi * s3;
                toIm[to + 3 * stride + q] = zr * s3 + zi * c3;
            }
        }
    }

    static void five(
            double[] re,
            double[] im,
            double[] toRe,
            double[] toIm,
            int groups,
            int stride,
            double[] cos,
            double[] sin) {
        int apart = groups * stride;
        for (int p = 0; p < groups; p++) {
            int t = 4 * p;
            int from = p * stride;
            int to = 5 * p * stride;
            for (int q = 0; q < stride; q++) {
                double ar = re[from + q];
                double ai = im[from + q];
                double br = re[from + apart + q];
                double bi = im[from + apart + q];
                double cr = re[from + 2 * apart + q];
                double ci = im[from + 2 * apart + q];
                double dr = re[from + 3 * apart + q];
                double di = im[from + 3 * apart + q];
                double er = re[from + 4 * apart + q];
                double ei = im[from + 4 * apart + q];
                double beR = br + er;
                double beI = bi + ei;
                double cdR = cr + dr;
                double cdI = ci + di;
                toRe[to + q] = ar + beR + cdR;
                toIm[to + q] = ai + beI + cdI;
                double m1r = ar + COS_5 * beR + COS_5_2 * cdR;
                double m1i = ai + COS_5 * beI + COS_5_2 * cdI;
                double m2r = ar + COS_5_2 * beR + COS_5 * cdR;
                double m2i = ai + COS_5_2 * beI + COS_5 * cdI;
                // -i times the differences
                double d1r = SIN_5 * (bi - ei) + SIN_5_2 * (ci - di);
                double d1i = -SIN_5 * (br - er) - SIN_5_2 * (cr - dr);
                double d2r = SIN_5_2 * (bi - ei) - SIN_5 * (ci - di);
                double d2i = -SIN_5_2 * (br - er) + SIN_5 * (cr - dr);
                turn(toRe, toIm, to + stride + q, m1r + d1r, m1i + d1i, cos[t], sin[t]);
                turn(toRe, toIm, to + 2 * stride + q, m2r + d2r, m2i + d2i, cos[t + 1], sin[t + 1]);
                turn(toRe, toIm, to + 3 * stride + q, m2r - d2r, m2i - d2i, cos[t + 2], sin[t + 2]);
                turn(toRe, toIm, to + 4 * stride + q, m1r - d1r, m1i - d1i, cos[t + 3], sin[t + 3]);
            }
        }
    }

    private static void turn(double[] toRe, double[] toIm, int at, double xr, double xi, double c, double s) {
        toRe[at] = xr * c - xi * s;
        toIm[at] = xr * s + xi * c;
    }

    static void any(
            int r,
            double[] re,
            double[] im,
            double[] toRe,
            double[] toIm,
            int groups,
            int stride,
            double[] cos,
            double[] sin) {
        int apart = groups * stride;
        double[] rootRe = new double[r];
        double[] rootIm = new double[r];
        for (int k = 0; k < r; k++) {
            rootRe[k] = FftPlan.cosOf(k, r);
            rootIm[k] = -FftPlan.sinOf(k, r);
        }
        for (int p = 0; p < groups; p++) {
            int from = p * stride;
            int to = r * p * stride;
            for (int k = 0; k < r; k++) {
                double c = k == 0 ? 1 : cos[p * (r - 1) + k - 1];
                double s = k == 0 ? 0 : sin[p * (r - 1) + k - 1];
                for (int q = 0; q < stride; q++) {
                    double xr = re[from + q];
                    double xi = im[from + q];
                    for (int j = 1, m = k; j < r; j++) {
                        double vr = re[from + j * apart + q];
                        double vi = im[from + j * apart + q];
                        xr += vr * rootRe[m] - vi * rootIm[m];
                        xi += vr * rootIm[m] + vi * rootRe[m];
                        m += k;
                        if (m >= r) {
                            m -= r;
                        }
                    }
                    turn(toRe, toIm, to + k * stride + q, xr, xi, c, s);
                }
            }
        }
    }
}
