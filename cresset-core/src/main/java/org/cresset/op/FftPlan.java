package org.cresset.op;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The discrete Fourier transform of one length, of many sequences at once: element k of sequence b is at {@code k * batch + b},
 * real and imaginary parts apart. Stockham's form of the mixed-radix algorithm (Cochran et al. 1967; Temperton 1983), whose
 * innermost loop runs over neighbours in memory; lengths with a large prime factor by Bluestein's convolution (1970).
 */
final class FftPlan {
    private static final int LARGEST_RADIX = 47;
    private static final int KEPT = 256;
    private static final ConcurrentHashMap<Integer, FftPlan> PLANS = new ConcurrentHashMap<>();

    private final int n;
    private final int[] radices;
    /** For each pass the factors of its outputs: of output k of group p at {@code p * (radix - 1) + k - 1}. */
    private final double[][] cos;

    private final double[][] sin;
    private final @Nullable Chirp chirp;

    /** cos and sin of pi k / n for k from 0 to n, for transforms of real numbers; made when first needed. */
    private volatile double @Nullable [][] halves;

    private FftPlan(int n) {
        this.n = n;
        int[] factors = factors(n);
        boolean smooth = factors.length == 0 || factors[factors.length - 1] <= LARGEST_RADIX;
        radices = smooth ? factors : new int[0];
        chirp = smooth ? null : new Chirp(n);
        cos = new double[radices.length][];
        sin = new double[radices.length][];
        int left = n;
        for (int i = 0; i < radices.length; i++) {
            int r = radices[i];
            int groups = left / r;
            cos[i] = new double[groups * (r - 1)];
            sin[i] = new double[groups * (r - 1)];
            for (int p = 0; p < groups; p++) {
                for (int k = 1; k < r; k++) {
                    cos[i][p * (r - 1) + k - 1] = cosOf((long) p * k, left);
                    sin[i][p * (r - 1) + k - 1] = -sinOf((long) p * k, left);
                }
            }
            left = groups;
        }
    }

    /** The plan for a length. */
    static FftPlan of(int n) {
        FftPlan p = PLANS.get(n);
        if (p == null) {
            p = new FftPlan(n);
            if (PLANS.size() >= KEPT) {
                PLANS.clear();
            }
            PLANS.put(n, p);
        }
        return p;
    }

    /** Radices in rising order, with 4 for pairs of 2. */
    private static int[] factors(int n) {
        List<Integer> f = new ArrayList<>();
        int left = n;
        while (left % 4 == 0) {
            f.add(4);
            left /= 4;
        }
        for (int r = 2; (long) r * r <= left; r++) {
            while (left % r == 0) {
                f.add(r);
                left /= r;
            }
        }
        if (left > 1) {
            f.add(left);
        }
        return f.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    /** cos(2 pi k / n), with the angle brought to the first octant for accuracy. */
    static double cosOf(long k, long n) {
        long r = 8 * (k % n);
        int octant = (int) (r / n);
        return switch (octant) {
            case 0 -> Math.cos(angle(k % n, n));
            case 1, 2 -> -Math.sin(angle(4 * (k % n) - n, 4 * n));
            case 3, 4 -> -Math.cos(angle(2 * (k % n) - n, 2 * n));
            case 5, 6 -> Math.sin(angle(4 * (k % n) - 3 * n, 4 * n));
            default -> Math.cos(angle(k % n - n, n));
        };
    }

    /** sin(2 pi k / n). */
    static double sinOf(long k, long n) {
        return cosOf(4 * (k % n) + 3 * n, 4 * n); // cos(x - pi/2)
    }

    private static double angle(long k, long n) {
        return 2 * Math.PI * k / n;
    }

    double[] halfCos() {
        return halves()[0];
    }

    double[] halfSin() {
        return halves()[1];
    }

    private double[][] halves() {
        double[][] h = halves;
        if (h == null) {
            h = new double[2][n + 1];
            for (int k = 0; k <= n; k++) {
                h[0][k] = cosOf(k, 2L * n);
                h[1][k] = sinOf(k, 2L * n);
            }
            halves = h;
        }
        return h;
    }

    /** Memory for sequences and for what a pass writes. */
    static final class Work {
        private double[] re = new double[0];
        private double[] im = new double[0];
        private double[] re2 = new double[0];
        private double[] im2 = new double[0];
        private double[] line = new double[0];

        /** Makes room for {@code size} elements. */
        void size(int size) {
            if (re.length < size) {
                re = new double[size];
                im = new double[size];
                re2 = new double[size];
                im2 = new double[size];
            }
        }

        /** Room for one line. */
        double[] line(int size) {
            if (line.length < size) {
                line = new double[size];
            }
            return line;
        }

        double[] re() {
            return re;
        }

        double[] im() {
            return im;
        }

        private void swap() {
            double[] r = re;
            re = re2;
            re2 = r;
            double[] i = im;
            im = im2;
            im2 = i;
        }

        private void exchange() {
            double[] r = re;
            re = im;
            im = r;
        }
    }

    /** Transforms in place, without scaling: with e^(-2 pi i j k / n), or its conjugate if not {@code forward}. */
    void run(Work w, int batch, boolean forward) {
        if (n == 1) {
            return;
        }
        if (!forward) {
            w.exchange(); // the conjugate transform is the transform with the parts exchanged
        }
        if (chirp != null) {
            chirp.run(w, batch);
        } else {
            passes(w, batch);
        }
        if (!forward) {
            w.exchange();
        }
    }

    private void passes(Work w, int batch) {
        int left = n;
        int stride = batch;
        for (int i = 0; i < radices.length; i++) {
            int r = radices[i];
            left /= r;
            switch (r) {
                case 2 -> FftPasses.two(w.re, w.im, w.re2, w.im2, left, stride, cos[i], sin[i]);
                case 3 -> FftPasses.three(w.re, w.im, w.re2, w.im2, left, stride, cos[i], sin[i]);
                case 4 -> FftPasses.four(w.re, w.im, w.re2, w.im2, left, stride, cos[i], sin[i]);
                case 5 -> FftPasses.five(w.re, w.im, w.re2, w.im2, left, stride, cos[i], sin[i]);
                default -> FftPasses.any(r, w.re, w.im, w.re2, w.im2, left, stride, cos[i], sin[i]);
            }
            stride *= r;
            w.swap();
        }
    }

    /** Bluestein's form: jk = (j^2 + k^2 - (k - j)^2) / 2 makes a convolution of the transform. */
    private static final class Chirp {
        private final int n;
        private final FftPlan longer;
        private final double[] cos;
        private final double[] sin;
        private final double[] kernelRe;
        private final double[] kernelIm;

        Chirp(int n) {
            this.n = n;
            int m = Integer.highestOneBit(2 * n - 2) << 1;
            longer = of(m);
            cos = new double[n];
            sin = new double[n];
            Work w = new Work();
            w.size(m);
            for (int k = 0; k < n; k++) {
                long square = (long) k * k % (2L * n);
                cos[k] = cosOf(square, 2L * n);
                sin[k] = sinOf(square, 2L * n);
                w.re[k] = cos[k];
                w.im[k] = sin[k];
                if (k > 0) {
                    w.re[m - k] = cos[k];
                    w.im[m - k] = sin[k];
                }
            }
            longer.run(w, 1, true);
            kernelRe = new double[m];
            kernelIm = new double[m];
            for (int k = 0; k < m; k++) {
                kernelRe[k] = w.re[k] / m;
                kernelIm[k] = w.im[k] / m;
            }
        }

        void run(Work outer, int batch) {
            int m = longer.n;
            Work w = new Work();
            w.size(m * batch);
            for (int k = 0; k < n; k++) {
                for (int i = k * batch; i < (k + 1) * batch; i++) {
                    w.re[i] = outer.re[i] * cos[k] + outer.im[i] * sin[k];
                    w.im[i] = outer.im[i] * cos[k] - outer.re[i] * sin[k];
                }
            }
            longer.run(w, batch, true);
            for (int k = 0; k < m; k++) {
                for (int i = k * batch; i < (k + 1) * batch; i++) {
                    double re = w.re[i];
                    w.re[i] = re * kernelRe[k] - w.im[i] * kernelIm[k];
                    w.im[i] = re * kernelIm[k] + w.im[i] * kernelRe[k];
                }
            }
            longer.run(w, batch, false);
            for (int k = 0; k < n; k++) {
                for (int i = k * batch; i < (k + 1) * batch; i++) {
                    outer.re[i] = w.re[i] * cos[k] + w.im[i] * sin[k];
                    outer.im[i] = w.im[i] * cos[k] - w.re[i] * sin[k];
                }
            }
        }
    }
}
