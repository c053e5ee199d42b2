package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.emit.LaneType;
import org.cresset.emit.Window;
import org.jspecify.annotations.Nullable;

/**
 * How to transform sequences of one length, with the factors that it takes. Sequences lie side by side: row k has element k of
 * each, so that the innermost loops run over sequences, and later over what passes leave together, without gaps. Lengths of
 * small factors take a pass of Stockham's algorithm for each; others Bluestein's convolution of a length that has such factors.
 */
final class FftPlan {
    private static final int KEPT = 256;
    private static final ConcurrentHashMap<Long, FftPlan> PLANS = new ConcurrentHashMap<>();

    private final int n;
    private final LaneType type;
    private final FftLoops loops;
    private final int[] radices;
    /** For each pass and each group of it the factors of all results but the first. */
    private final Object[] factors;

    private final @Nullable Chirp chirp;

    /** Factors e^(-pi i k / n) for k to n / 2, for transforms of real numbers; made when first needed. */
    private volatile @Nullable Object halves;

    private FftPlan(int n, LaneType type) {
        this.n = n;
        this.type = type;
        this.loops = FftLoops.of(type);
        int[] r = radices(n);
        chirp = r == null ? new Chirp(n, type) : null;
        radices = r == null ? new int[0] : r;
        factors = new Object[radices.length];
        int left = n;
        for (int i = 0; i < radices.length; i++) {
            int of = left;
            int others = radices[i] - 1;
            left /= radices[i];
            factors[i] = numbers(type, left * others, j -> (long) (j / others) * (j % others + 1), of);
        }
    }

    /** The plan for a length, in single or double precision. */
    static FftPlan of(int n, DType real) {
        return of(n, real == DType.FLOAT64 ? LaneType.F64 : LaneType.F32);
    }

    private static FftPlan of(int n, LaneType type) {
        Long key =
                (long) n << 8 | type.ordinal(); // a record's comparison would be generated when it is first asked for
        FftPlan p = PLANS.get(key);
        if (p == null) {
            p = new FftPlan(n, type);
            if (PLANS.size() >= KEPT) {
                PLANS.clear();
            }
            PLANS.put(key, p);
        }
        return p;
    }

    /** Radices of the passes; null if there are other factors. */
    private static int @Nullable [] radices(int n) {
        List<Integer> f = new ArrayList<>();
        int left = n;
        for (int r : FftLoops.RADICES) {
            while (left % r == 0) {
                f.add(r);
                left /= r;
            }
        }
        // 8 * 2 are two passes like 4 * 4, which are cheaper
        int two = f.indexOf(2);
        if (two > 0 && f.get(two - 1) == 8) {
            f.set(two, 4);
            f.set(two - 1, 4);
        }
        return left > 1 ? null : f.stream().mapToInt(Integer::intValue).toArray();
    }

    private interface Turns {
        long of(int i);
    }

    /** e^(-2 pi i k / n) for {@code count} numbers k, in a {@code float[]} or {@code double[]}. */
    private static Object numbers(LaneType type, int count, Turns k, long n) {
        double[] m = new double[2 * count];
        for (int i = 0; i < count; i++) {
            m[2 * i] = cosOf(k.of(i), n);
            m[2 * i + 1] = -sinOf(k.of(i), n);
        }
        return of(type, m);
    }

    private static Object of(LaneType type, double[] numbers) {
        if (type == LaneType.F64) {
            return numbers;
        }
        float[] narrow = new float[numbers.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) numbers[i];
        }
        return narrow;
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

    /** Rows that {@link Work} must have. */
    int rows() {
        return chirp == null ? n + 1 : chirp.longer.n + 1;
    }

    /** Rows of complex numbers, of which passes write others: four parts of memory, of which these are the first elements. */
    static final class Work {
        /** Elements before and after the parts that {@link Transposition} reads, and gets nothing from. */
        private static final int EDGE = 16;

        final MemorySegment memory;
        final int width;

        /** Bytes of an element. */
        final int size;

        int re;
        int im;
        private int toRe;
        private int toIm;

        /**
         * In memory of {@link #bytes}.
         *
         * @param each elements of a part
         */
        Work(MemorySegment memory, int size, int each, int width) {
            this.memory = memory;
            this.size = size;
            this.width = width;
            re = EDGE;
            im = EDGE + part(each);
            toRe = EDGE + 2 * part(each);
            toIm = EDGE + 3 * part(each);
        }

        /** Not a multiple of a page, in which all parts would compete for the same cache lines. */
        private static int part(int each) {
            return (each + 1023) / 1024 * 1024 + 80;
        }

        /** What parts of {@code each} elements of some bytes need. */
        static long bytes(int size, int each) {
            return size * (4L * part(each) + 2 * EDGE);
        }

        private void copy(int from, int to, int n) {
            MemorySegment.copy(memory, (long) size * from, memory, (long) size * to, (long) size * n);
        }

        void zero(int from, int n) {
            memory.asSlice((long) size * from, (long) size * n).fill((byte) 0);
        }

        private void swap() {
            int r = re;
            re = toRe;
            toRe = r;
            int i = im;
            im = toIm;
            toIm = i;
        }

        private void exchange() {
            int r = re;
            re = im;
            im = r;
        }
    }

    /** Transforms in place, without scaling: with e^(-2 pi i j k / n), or its conjugate if not {@code forward}. */
    void run(Work w, boolean forward) {
        if (!forward) {
            w.exchange(); // the conjugate transform is the transform with the parts exchanged
        }
        if (chirp != null) {
            chirp.run(w);
        } else {
            passes(w);
        }
        if (!forward) {
            w.exchange();
        }
    }

    private void passes(Work w) {
        int left = n;
        int stride = w.width;
        for (int i = 0; i < radices.length; i++) {
            int r = radices[i];
            left /= r;
            boolean last = left == 1; // all its factors are 1
            int numbers = last ? 0 : 2 * (r - 1);
            int[] rows = new int[4 * r];
            for (int k = 0; k < r; k++) {
                rows[2 * k] = w.re + k * left * stride;
                rows[2 * k + 1] = w.im + k * left * stride;
                rows[2 * r + 2 * k] = w.toRe + k * stride;
                rows[2 * r + 2 * k + 1] = w.toIm + k * stride;
            }
            int[] steps = {stride, numbers, r * stride};
            run(last ? loops.last(r) : loops.pass(r), w, factors[i], rows, numbers, steps, left, stride);
            stride *= r;
            w.swap();
        }
    }

    /** Runs a grid whose operands are first rows, then numbers, then as many rows as results. */
    private static void run(
            MemoryGridTiers grid, Work w, Object numbers, int[] rows, int count, int[] steps, int times, int n) {
        MemorySegment[] places = new MemorySegment[rows.length + count];
        long[] offsets = new long[places.length];
        int in = rows.length / 2;
        for (int k = 0; k < rows.length; k++) {
            int operand = k < in ? k : k + count;
            places[operand] = w.memory;
            offsets[operand] = (long) w.size * rows[k];
        }
        grid.run(places, offsets, steps, times, n, numbers);
    }

    /** Multiplies the first rows with a number each. */
    private void multiply(Work w, Object numbers, int rows) {
        int[] operands = {w.re, w.im, w.re, w.im};
        run(loops.product(), w, numbers, operands, 2, new int[] {w.width, 2, w.width}, rows, w.width);
    }

    /**
     * From the transform of pairs of neighbours, n rows, to that of the real numbers, n + 1 rows: what belongs to the even and
     * to the odd numbers is found in rows k and -k.
     */
    void untangle(Work w) {
        int last = n * w.width;
        w.copy(w.re, w.re + last, w.width);
        w.copy(w.im, w.im + last, w.width);
        pairs(loops.untangle(), w);
    }

    /** The opposite of {@link #untangle}, times 2; of the first and the last row the imaginary part doesn't count. */
    void tangle(Work w) {
        w.zero(w.im, w.width);
        w.zero(w.im + n * w.width, w.width);
        pairs(loops.tangle(), w);
    }

    private void pairs(MemoryGridTiers loop, Work w) {
        Object h = halves;
        if (h == null) {
            h = numbers(type, n / 2 + 1, k -> k, 2L * n);
            halves = h;
        }
        int row = w.width;
        int last = n * row;
        int[] rows = {w.re, w.im, w.re + last, w.im + last, w.toRe, w.toIm, w.toRe + last, w.toIm + last};
        run(loop, w, h, rows, 2, new int[] {row, -row, 2, row, -row}, n / 2 + 1, row);
        w.swap();
    }

    /** Makes whole columns of n rows, n odd, of their first halves: the others are the conjugates. */
    void mirror(Work w) {
        int row = w.width;
        w.zero(w.im, row);
        for (int k = 1; k <= n / 2; k++) {
            int from = k * row;
            int to = (n - k) * row;
            w.copy(w.re + from, w.re + to, row);
            w.copy(w.im + from, w.im + to, row);
            negate(Window.of(w.memory, (long) w.size * (w.im + to), (long) w.size * row), row);
        }
    }

    private void negate(MemorySegment numbers, int count) {
        if (type == LaneType.F64) {
            for (int i = 0; i < count; i++) {
                numbers.set(ValueLayout.JAVA_DOUBLE, 8L * i, -numbers.get(ValueLayout.JAVA_DOUBLE, 8L * i));
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            numbers.set(ValueLayout.JAVA_FLOAT, 4L * i, -numbers.get(ValueLayout.JAVA_FLOAT, 4L * i));
        }
    }

    /** Bluestein's form: jk = (j^2 + k^2 - (k - j)^2) / 2 makes a convolution of the transform. */
    private static final class Chirp {
        private final int n;
        private final FftPlan longer;
        private final Object turns;
        private final Object kernel;

        Chirp(int n, LaneType type) {
            this.n = n;
            int m = length(2 * n - 1);
            longer = of(m, type);
            turns = numbers(type, n, k -> (long) k * k % (2L * n), 2L * n);
            kernel = kernel(n, m, type);
        }

        /** The smallest length from {@code least} on that is a power of 2, or 3 or 5 times one. */
        private static int length(int least) {
            int best = Integer.MAX_VALUE;
            for (int odd : new int[] {1, 3, 5}) {
                long m = odd;
                while (m < least) {
                    m *= 2;
                }
                best = (int) Math.min(best, m);
            }
            return best;
        }

        /** The transform of the conjugate turns, in double precision, divided by m. */
        private static Object kernel(int n, int m, LaneType type) {
            FftPlan wide = of(m, LaneType.F64);
            Storage scratch = Memory.allocate(Work.bytes(8, wide.rows()));
            MemorySegment data = scratch.segment().fill((byte) 0);
            Work w = new Work(data, 8, wide.rows(), 1);
            for (int k = 0; k < n; k++) {
                long square = (long) k * k % (2L * n);
                for (int at : new int[] {k, (m - k) % m}) {
                    data.setAtIndex(ValueLayout.JAVA_DOUBLE, w.re + at, cosOf(square, 2L * n));
                    data.setAtIndex(ValueLayout.JAVA_DOUBLE, w.im + at, sinOf(square, 2L * n));
                }
            }
            wide.run(w, true);
            double[] kernel = new double[2 * m];
            for (int k = 0; k < m; k++) {
                kernel[2 * k] = data.getAtIndex(ValueLayout.JAVA_DOUBLE, w.re + k) / m;
                kernel[2 * k + 1] = data.getAtIndex(ValueLayout.JAVA_DOUBLE, w.im + k) / m;
            }
            scratch.free();
            return FftPlan.of(type, kernel);
        }

        void run(Work w) {
            int m = longer.n;
            int row = w.width;
            longer.multiply(w, turns, n);
            w.zero(w.re + n * row, (m - n) * row);
            w.zero(w.im + n * row, (m - n) * row);
            longer.run(w, true);
            longer.multiply(w, kernel, m);
            longer.run(w, false);
            longer.multiply(w, turns, n);
        }
    }
}
