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
    private static final int PIECE = 1024;
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
        int most = (int) Math.max(1, Math.min(32, BLOCK_ELEMENTS / n));
        int width = most > 2 ? most | 1 : most; // odd: steps of powers of two would meet in the same cache lines
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
            f.gather(w, e, first, count, 2 * f.n, 2);
            f.plan.run(w, count, forward);
            f.scatter(w, e, first, count, 2 * f.n, 2, scale);
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
            double[] line = w.line(2 * half);
            if (even) {
                f.gather(w, from, first, count, n, 1); // pairs of neighbours make complex numbers
                f.plan.run(w, count, true);
                for (int b = 0; b < count; b++) {
                    f.untangle(w, b, count, line, scale);
                    f.put(to, first + b, half, line, 2 * half, 2);
                }
                return;
            }
            for (int b = 0; b < count; b++) {
                f.get(from, first + b, n, line, n, 1);
                for (int k = 0; k < n; k++) {
                    w.re()[k * count + b] = line[k];
                    w.im()[k * count + b] = 0;
                }
            }
            f.plan.run(w, count, true);
            for (int b = 0; b < count; b++) {
                for (int k = 0; k < half; k++) {
                    line[2 * k] = w.re()[k * count + b] * scale;
                    line[2 * k + 1] = w.im()[k * count + b] * scale;
                }
                f.put(to, first + b, half, line, 2 * half, 2);
            }
        });
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
            double[] line = w.line(2 * half);
            for (int b = 0; b < count; b++) {
                f.get(from, first + b, half, line, 2 * half, 2);
                if (even) {
                    f.tangle(w, b, count, line);
                } else {
                    mirror(w, b, count, line, n);
                }
            }
            f.plan.run(w, count, false);
            if (even) {
                f.scatter(w, to, first, count, n, 1, scale);
                return;
            }
            for (int b = 0; b < count; b++) {
                for (int k = 0; k < n; k++) {
                    line[k] = w.re()[k * count + b] * scale;
                }
                f.put(to, first + b, n, line, n, 1);
            }
        });
    }

    /** Lines of {@code reals} numbers, pairs of which are complex, into the columns of the work arrays. */
    private void gather(FftPlan.Work w, Elements e, long first, int count, int reals, int parts) {
        double[] line = w.line(reals);
        double[] re = w.re();
        double[] im = w.im();
        for (int b = 0; b < count; b++) {
            get(e, first + b, reals / parts, line, reals, parts);
            for (int k = 0, at = b; k < reals; k += 2, at += count) {
                re[at] = line[k];
                im[at] = line[k + 1];
            }
        }
    }

    private void scatter(FftPlan.Work w, Elements e, long first, int count, int reals, int parts, double scale) {
        double[] line = w.line(reals);
        double[] re = w.re();
        double[] im = w.im();
        for (int b = 0; b < count; b++) {
            for (int k = 0, at = b; k < reals; k += 2, at += count) {
                line[k] = re[at] * scale;
                line[k + 1] = im[at] * scale;
            }
            put(e, first + b, reals / parts, line, reals, parts);
        }
    }

    /** One line of {@code size} elements of so many parts. */
    private void get(Elements e, long line, int size, double[] to, int reals, int parts) {
        long at = start(line, size) * parts;
        if (inner == 1) {
            e.read(at, to, reals);
            return;
        }
        for (int k = 0; k < reals; k += parts, at += inner * parts) {
            to[k] = e.get(at);
            if (parts == 2) {
                to[k + 1] = e.get(at + 1);
            }
        }
    }

    private void put(Elements e, long line, int size, double[] from, int reals, int parts) {
        long at = start(line, size) * parts;
        if (inner == 1) {
            e.write(at, from, reals);
            return;
        }
        for (int k = 0; k < reals; k += parts, at += inner * parts) {
            e.set(at, from[k]);
            if (parts == 2) {
                e.set(at + 1, from[k + 1]);
            }
        }
    }

    /**
     * The transform of a line, given that of its neighbours in pairs: E = (Z(k) + conj Z(-k)) / 2 belongs to the even elements,
     * O = (Z(k) - conj Z(-k)) / 2i to the odd ones, and E + e^(-2 pi i k / n) O to all.
     */
    private void untangle(FftPlan.Work w, int b, int count, double[] line, double scale) {
        double[] re = w.re();
        double[] im = w.im();
        double[] cos = plan.halfCos();
        double[] sin = plan.halfSin();
        double half = 0.5 * scale;
        for (int k = 0; k <= n; k++) {
            int i = (k == n ? 0 : k * count) + b;
            int j = (k == 0 ? 0 : (n - k) * count) + b;
            double er = re[i] + re[j];
            double ei = im[i] - im[j];
            double or = im[i] + im[j];
            double oi = re[j] - re[i];
            line[2 * k] = half * (er + (or * cos[k] + oi * sin[k]));
            line[2 * k + 1] = half * (ei + (oi * cos[k] - or * sin[k]));
        }
    }

    /** The opposite of {@link #untangle}; the first and the last of a line are real. */
    private void tangle(FftPlan.Work w, int b, int count, double[] line) {
        double[] re = w.re();
        double[] im = w.im();
        double[] cos = plan.halfCos();
        double[] sin = plan.halfSin();
        line[1] = 0;
        line[2 * n + 1] = 0;
        for (int k = 0; k < n; k++) {
            double ar = line[2 * k];
            double ai = line[2 * k + 1];
            double br = line[2 * (n - k)];
            double bi = -line[2 * (n - k) + 1];
            double or = (ar - br) * cos[k] - (ai - bi) * sin[k];
            double oi = (ar - br) * sin[k] + (ai - bi) * cos[k];
            re[k * count + b] = ar + br - oi;
            im[k * count + b] = ai + bi + or;
        }
    }

    /** The whole line, of odd length, of its first half. */
    private static void mirror(FftPlan.Work w, int b, int count, double[] line, int n) {
        double[] re = w.re();
        double[] im = w.im();
        re[b] = line[0];
        im[b] = 0;
        for (int k = 1; k <= n / 2; k++) {
            re[k * count + b] = line[2 * k];
            im[k * count + b] = line[2 * k + 1];
            re[(n - k) * count + b] = line[2 * k];
            im[(n - k) * count + b] = -line[2 * k + 1];
        }
    }

    /** The real numbers (of complex ones the parts) of a contiguous tensor. */
    private record Elements(MemorySegment segment, long start, boolean wide) {
        static Elements of(Dense t) {
            return new Elements(t.segment(), t.byteOffset(), t.dtype().real() == DType.FLOAT64);
        }

        void read(long at, double[] to, int n) {
            if (wide) {
                MemorySegment.copy(segment, ValueLayout.JAVA_DOUBLE_UNALIGNED, start + 8 * at, to, 0, n);
                return;
            }
            float[] narrow = new float[Math.min(n, PIECE)];
            for (int i = 0; i < n; i += PIECE) {
                int m = Math.min(PIECE, n - i);
                MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, start + 4 * (at + i), narrow, 0, m);
                for (int j = 0; j < m; j++) {
                    to[i + j] = narrow[j];
                }
            }
        }

        void write(long at, double[] from, int n) {
            if (wide) {
                MemorySegment.copy(from, 0, segment, ValueLayout.JAVA_DOUBLE_UNALIGNED, start + 8 * at, n);
                return;
            }
            float[] narrow = new float[Math.min(n, PIECE)];
            for (int i = 0; i < n; i += PIECE) {
                int m = Math.min(PIECE, n - i);
                for (int j = 0; j < m; j++) {
                    narrow[j] = (float) from[i + j];
                }
                MemorySegment.copy(narrow, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, start + 4 * (at + i), m);
            }
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
