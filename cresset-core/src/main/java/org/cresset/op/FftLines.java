package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Dense;

/**
 * Transforms along one dimension of contiguous tensors: blocks of lines are brought into arrays side by side, transformed in
 * double precision and written back.
 */
final class FftLines {
    private static final int BLOCK_ELEMENTS = 1 << 13;
    private static final ThreadLocal<FftPlan.Work> WORK = ThreadLocal.withInitial(FftPlan.Work::new);

    private final int n;
    private final long inner;
    private final long lines;
    private final FftPlan plan;

    private FftLines(Dense t, int d, long n) {
        if (n > 1 << 27) {
            throw CressetException.runtime("fft: a length of " + n + " is more than 2^27");
        }
        this.n = (int) n;
        long in = 1;
        for (int i = d + 1; i < t.dim(); i++) {
            in *= t.size(i);
        }
        this.inner = in;
        this.lines = t.numel() / t.size(d);
        this.plan = FftPlan.of(this.n);
    }

    private interface Block {
        void run(FftPlan.Work w, long first, int count);
    }

    /** Shares out blocks of {@code each} lines for each column of the work arrays. */
    private void blocks(long lines, Block block) {
        int width = (int) Math.max(1, Math.min(32, BLOCK_ELEMENTS / n));
        long count = (lines + width - 1) / width;
        long grain = Math.max(1, (1 << 12) / Math.max(1, (long) n * width));
        Workers.parallelFor(count, grain, (from, to) -> {
            FftPlan.Work w = n > 1 << 16 ? new FftPlan.Work() : WORK.get();
            w.size(n * width);
            for (long b = from; b < to; b++) {
                block.run(w, b * width, (int) Math.min(width, lines - b * width));
            }
        });
    }

    /** Where element 0 of a line is, counted in elements, in a tensor whose dimension has {@code size} elements. */
    private long start(long line, long size) {
        return line / inner * size * inner + line % inner;
    }

    /** Complex to complex, in place. */
    static void complex(Dense t, int d, boolean forward, double scale) {
        FftLines f = new FftLines(t, d, t.size(d));
        Elements e = Elements.of(t);
        f.blocks(f.lines, (w, first, count) -> {
            double[] re = w.re();
            double[] im = w.im();
            for (int b = 0; b < count; b++) {
                long at = f.start(first + b, f.n);
                for (int k = 0; k < f.n; k++, at += f.inner) {
                    re[k * count + b] = e.get(2 * at);
                    im[k * count + b] = e.get(2 * at + 1);
                }
            }
            f.plan.run(w, count, forward);
            re = w.re();
            im = w.im();
            for (int b = 0; b < count; b++) {
                long at = f.start(first + b, f.n);
                for (int k = 0; k < f.n; k++, at += f.inner) {
                    e.set(2 * at, re[k * count + b] * scale);
                    e.set(2 * at + 1, im[k * count + b] * scale);
                }
            }
        });
    }

    /** Real to the first half of the complex result. */
    static void real(Dense x, Dense y, int d, double scale) {
        int n = (int) x.size(d);
        boolean even = n % 2 == 0;
        FftLines f = new FftLines(x, d, even ? n / 2 : n);
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        int half = n / 2 + 1;
        f.blocks(f.lines, (w, first, count) -> {
            double[] re = w.re();
            double[] im = w.im();
            for (int b = 0; b < count; b++) {
                long at = f.start(first + b, n);
                for (int k = b; k < f.n * count; k += count) {
                    re[k] = from.get(at);
                    at += f.inner;
                    im[k] = even ? from.get(at) : 0; // pairs of neighbours make complex numbers
                    at += even ? f.inner : 0;
                }
            }
            f.plan.run(w, count, true);
            if (even) {
                f.untangle(w, to, first, count, half, scale);
                return;
            }
            for (int b = 0; b < count; b++) {
                long at = f.start(first + b, half);
                for (int k = 0; k < half; k++, at += f.inner) {
                    to.set(2 * at, w.re()[k * count + b] * scale);
                    to.set(2 * at + 1, w.im()[k * count + b] * scale);
                }
            }
        });
    }

    /**
     * The transform of a line, given that of its neighbours in pairs: E = (Z(k) + conj Z(-k)) / 2 belongs to the even elements,
     * O = (Z(k) - conj Z(-k)) / 2i to the odd ones, and E + e^(-2 pi i k / n) O to all.
     */
    private void untangle(FftPlan.Work w, Elements to, long first, int count, int half, double scale) {
        double[] re = w.re();
        double[] im = w.im();
        for (int k = 0; k < half; k++) {
            double c = FftPlan.cosOf(k, 2L * n);
            double s = -FftPlan.sinOf(k, 2L * n);
            int i = k == n ? 0 : k * count;
            int j = k == 0 ? 0 : (n - k) * count;
            for (int b = 0; b < count; b++) {
                double er = re[i + b] + re[j + b];
                double ei = im[i + b] - im[j + b];
                double or = im[i + b] + im[j + b];
                double oi = re[j + b] - re[i + b];
                long at = start(first + b, half) + k * inner;
                to.set(2 * at, 0.5 * scale * (er + (or * c - oi * s)));
                to.set(2 * at + 1, 0.5 * scale * (ei + (or * s + oi * c)));
            }
        }
    }

    /** From the first half of a complex line, of which the rest is the conjugate, to real ones, with e^(+2 pi i j k / n). */
    static void toReal(Dense x, Dense y, int d, double scale) {
        int n = (int) y.size(d);
        boolean even = n % 2 == 0;
        FftLines f = new FftLines(y, d, even ? n / 2 : n);
        Elements from = Elements.of(x);
        Elements to = Elements.of(y);
        int half = n / 2 + 1;
        f.blocks(f.lines, (w, first, count) -> {
            if (even) {
                f.tangle(w, from, first, count, half);
            } else {
                double[] re = w.re();
                double[] im = w.im();
                for (int b = 0; b < count; b++) {
                    long at = f.start(first + b, half);
                    for (int k = 0; k < half; k++, at += f.inner) {
                        int i = k * count + b;
                        int j = k == 0 ? i : (n - k) * count + b;
                        re[i] = from.get(2 * at);
                        re[j] = re[i];
                        im[i] = k == 0 ? 0 : from.get(2 * at + 1);
                        im[j] = -im[i];
                    }
                }
            }
            f.plan.run(w, count, false);
            for (int b = 0; b < count; b++) {
                long at = f.start(first + b, n);
                for (int k = b; k < f.n * count; k += count) {
                    to.set(at, w.re()[k] * scale);
                    at += f.inner;
                    if (even) {
                        to.set(at, w.im()[k] * scale);
                        at += f.inner;
                    }
                }
            }
        });
    }

    /** The opposite of {@link #untangle}. */
    private void tangle(FftPlan.Work w, Elements from, long first, int count, int half) {
        double[] re = w.re();
        double[] im = w.im();
        for (int k = 0; k < n; k++) {
            double c = FftPlan.cosOf(k, 2L * n);
            double s = FftPlan.sinOf(k, 2L * n);
            for (int b = 0; b < count; b++) {
                long at = start(first + b, half) + k * inner;
                long other = start(first + b, half) + (n - k) * inner;
                double ar = from.get(2 * at);
                double ai = k == 0 ? 0 : from.get(2 * at + 1); // those of the first and the last are real
                double br = from.get(2 * other);
                double bi = k == 0 ? 0 : -from.get(2 * other + 1);
                double or = (ar - br) * c - (ai - bi) * s;
                double oi = (ar - br) * s + (ai - bi) * c;
                re[k * count + b] = ar + br - oi;
                im[k * count + b] = ai + bi + or;
            }
        }
    }

    /** The real numbers (of complex ones the parts) of a contiguous tensor. */
    private record Elements(MemorySegment segment, long start, boolean wide) {
        static Elements of(Dense t) {
            return new Elements(t.segment(), t.byteOffset(), t.dtype().real() == DType.FLOAT64);
        }

        double get(long i) {
            return wide
                    ? segment.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, start + 8 * i)
                    : segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, start + 4 * i);
        }

        void set(long i, double v) {
            if (wide) {
                segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, start + 8 * i, v);
            } else {
                segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, start + 4 * i, (float) v);
            }
        }
    }
}
