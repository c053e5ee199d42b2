package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** Running sums, products and extremes of one line in the usual dtypes; sums of float32 are kept in double, as PyTorch does. */
final class RunningLines {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final long BLOCK = 256;

    /** Elements of a line that go through an array at once: each by itself takes code that isn't compiled yet a hundred times as long. */
    private static final int SOME = 1024;

    private RunningLines() {}

    /** A line's sums or products, steps in bytes; false for a dtype without a loop of its own. */
    static boolean accumulate(
            DType t, MemorySegment x, long from, long fs, MemorySegment y, long to, long ts, long n, boolean product) {
        switch (t) {
            case FLOAT32 -> floats(x, from, fs, y, to, ts, n, product);
            case FLOAT64 -> doubles(x, from, fs, y, to, ts, n, product);
            case INT64 -> longs(x, from, fs, y, to, ts, n, product);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A line's extremes, NaN counting as one, and where they are (int64); false for a dtype without a loop of its own. */
    static boolean extremes(
            DType t,
            MemorySegment x,
            long from,
            long fs,
            MemorySegment y,
            long to,
            long ts,
            MemorySegment where,
            long n,
            boolean largest) {
        long p = to >> t.shift() << 3;
        long ps = ts >> t.shift() << 3;
        switch (t) {
            case FLOAT32 -> floatExtremes(x, from, fs, y, to, ts, where, p, ps, n, largest);
            case FLOAT64 -> doubleExtremes(x, from, fs, y, to, ts, where, p, ps, n, largest);
            case INT64 -> longExtremes(x, from, fs, y, to, ts, where, p, ps, n, largest);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void floats(
            MemorySegment source, long from, long fs, MemorySegment target, long to, long ts, long n, boolean product) {
        double sum = product ? 1 : 0;
        if (fs == 4 && ts == 4) { // known to the compiler
            long x = Window.address(source, from, 4 * n);
            long y = Window.address(target, to, 4 * n);
            float[] some = new float[(int) Math.min(n, SOME)];
            for (long i = 0; i < n; i += SOME) {
                int m = (int) Math.min(SOME, n - i);
                MemorySegment.copy(Window.MEMORY, F, x + 4 * i, some, 0, m);
                sum = accumulate(some, m, sum, product);
                MemorySegment.copy(some, 0, Window.MEMORY, F, y + 4 * i, m);
            }
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        for (long i = 0; i < n; i++) {
            double v = x.get(F, from + i * fs);
            sum = product ? sum * v : sum + v;
            y.set(F, to + i * ts, (float) sum);
        }
    }

    private static double accumulate(float[] some, int n, double sum, boolean product) {
        if (product) {
            for (int i = 0; i < n; i++) {
                sum *= some[i];
                some[i] = (float) sum;
            }
        } else {
            for (int i = 0; i < n; i++) {
                sum += some[i];
                some[i] = (float) sum;
            }
        }
        return sum;
    }

    private static double accumulate(double[] some, int n, double sum, boolean product) {
        for (int i = 0; i < n; i++) {
            sum = product ? sum * some[i] : sum + some[i];
            some[i] = sum;
        }
        return sum;
    }

    private static long accumulate(long[] some, int n, long sum, boolean product) {
        for (int i = 0; i < n; i++) {
            sum = product ? sum * some[i] : sum + some[i];
            some[i] = sum;
        }
        return sum;
    }

    private static void doubles(
            MemorySegment source, long from, long fs, MemorySegment target, long to, long ts, long n, boolean product) {
        double sum = product ? 1 : 0;
        if (fs == 8 && ts == 8) { // known to the compiler
            long x = Window.address(source, from, 8 * n);
            long y = Window.address(target, to, 8 * n);
            double[] some = new double[(int) Math.min(n, SOME)];
            for (long i = 0; i < n; i += SOME) {
                int m = (int) Math.min(SOME, n - i);
                MemorySegment.copy(Window.MEMORY, D, x + 8 * i, some, 0, m);
                sum = accumulate(some, m, sum, product);
                MemorySegment.copy(some, 0, Window.MEMORY, D, y + 8 * i, m);
            }
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        for (long i = 0; i < n; i++) {
            double v = x.get(D, from + i * fs);
            sum = product ? sum * v : sum + v;
            y.set(D, to + i * ts, sum);
        }
    }

    private static void longs(
            MemorySegment source, long from, long fs, MemorySegment target, long to, long ts, long n, boolean product) {
        long sum = product ? 1 : 0;
        if (fs == 8 && ts == 8) { // known to the compiler
            long x = Window.address(source, from, 8 * n);
            long y = Window.address(target, to, 8 * n);
            long[] some = new long[(int) Math.min(n, SOME)];
            for (long i = 0; i < n; i += SOME) {
                int m = (int) Math.min(SOME, n - i);
                MemorySegment.copy(Window.MEMORY, L, x + 8 * i, some, 0, m);
                sum = accumulate(some, m, sum, product);
                MemorySegment.copy(some, 0, Window.MEMORY, L, y + 8 * i, m);
            }
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        for (long i = 0; i < n; i++) {
            long v = x.get(L, from + i * fs);
            sum = product ? sum * v : sum + v;
            y.set(L, to + i * ts, sum);
        }
    }

    private static void floatExtremes(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            MemorySegment where,
            long p,
            long ps,
            long n,
            boolean largest) {
        if (fs == 4 && ts == 4 && n <= Integer.MAX_VALUE) { // known to the compiler
            floatExtremes(source, from, target, to, where, p, (int) n, largest);
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment places = Window.of(where, 0, where.byteSize());
        float best = x.get(F, from);
        long at = 0;
        for (long i = 0; i < n; i++) {
            float v = x.get(F, from + i * fs);
            if (Float.isNaN(v) || !Float.isNaN(best) && (largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(F, to + i * ts, best);
            places.set(L, p + i * ps, at);
        }
    }

    /** Elements that lie together: up to the first NaN one comparison each, which is nearly always false. */
    private static void floatExtremes(
            MemorySegment source,
            long from,
            MemorySegment target,
            long to,
            MemorySegment where,
            long p,
            int n,
            boolean largest) {
        long x = Window.address(source, from, 4L * n);
        long y = Window.address(target, to, 4L * n);
        long places = Window.address(where, p, 8L * n);
        float[] some = new float[Math.min(n, SOME)];
        long[] at = new long[some.length];
        FloatExtreme extreme = new FloatExtreme(largest);
        for (int i = 0; i < n; i += SOME) {
            int m = Math.min(SOME, n - i);
            MemorySegment.copy(Window.MEMORY, F, x + 4L * i, some, 0, m);
            extreme.run(some, at, i, m);
            MemorySegment.copy(some, 0, Window.MEMORY, F, y + 4L * i, m);
            MemorySegment.copy(at, 0, Window.MEMORY, L, places + 8L * i, m);
        }
    }

    /** The extreme so far, and where it is. */
    private static final class FloatExtreme {
        private final float sign;
        private float best;
        private float least;
        private long place;

        FloatExtreme(boolean largest) {
            sign = largest ? -1 : 1;
        }

        /** Elements from the first-th of the line on become extremes, and {@code at} their places. */
        void run(float[] some, long[] at, int first, int n) {
            if (first == 0) {
                best = some[0];
                least = best * sign;
                place = 0;
            }
            int i = Float.isNaN(best) ? 0 : beforeNan(some, at, first, n);
            for (; i < n; i++) {
                if (Float.isNaN(some[i])) {
                    best = some[i];
                    place = first + i;
                }
                some[i] = best;
                at[i] = place;
            }
        }

        /** As far as there is no NaN: where the first one is. */
        private int beforeNan(float[] some, long[] at, int first, int n) {
            float sign = this.sign;
            float least = this.least;
            float best = this.best;
            long place = this.place;
            int i = 0;
            for (; i < n; i++) {
                float v = some[i];
                float k = v * sign;
                if (!(k > least)) {
                    if (Float.isNaN(k)) {
                        break;
                    }
                    least = k;
                    best = v;
                    place = first + i;
                }
                some[i] = best;
                at[i] = place;
            }
            this.least = least;
            this.best = best;
            this.place = place;
            return i;
        }
    }

    private static void doubleExtremes(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            MemorySegment where,
            long p,
            long ps,
            long n,
            boolean largest) {
        if (fs == 8 && ts == 8 && n <= Integer.MAX_VALUE) { // known to the compiler
            doubleExtremes(
                    Window.of(source, from, 8 * n),
                    Window.of(target, to, 8 * n),
                    Window.of(where, p, 8 * n),
                    (int) n,
                    largest);
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment places = Window.of(where, 0, where.byteSize());
        double best = x.get(D, from);
        long at = 0;
        for (long i = 0; i < n; i++) {
            double v = x.get(D, from + i * fs);
            if (Double.isNaN(v) || !Double.isNaN(best) && (largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(D, to + i * ts, best);
            places.set(L, p + i * ps, at);
        }
    }

    private static void doubleExtremes(MemorySegment x, MemorySegment y, MemorySegment places, int n, boolean largest) {
        double best = x.get(D, 0);
        long at = 0;
        for (int i = 0; i < n; i++) {
            double v = x.get(D, 8L * i);
            if (Double.isNaN(v) || !Double.isNaN(best) && (largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(D, 8L * i, best);
            places.set(L, 8L * i, at);
        }
    }

    private static void longExtremes(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            MemorySegment where,
            long p,
            long ps,
            long n,
            boolean largest) {
        if (fs == 8 && ts == 8 && n <= Integer.MAX_VALUE) { // known to the compiler
            longExtremes(
                    Window.of(source, from, 8 * n),
                    Window.of(target, to, 8 * n),
                    Window.of(where, p, 8 * n),
                    (int) n,
                    largest);
            return;
        }
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment places = Window.of(where, 0, where.byteSize());
        long best = x.get(L, from);
        long at = 0;
        for (long i = 0; i < n; i++) {
            long v = x.get(L, from + i * fs);
            if ((largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(L, to + i * ts, best);
            places.set(L, p + i * ps, at);
        }
    }

    private static void longExtremes(MemorySegment x, MemorySegment y, MemorySegment places, int n, boolean largest) {
        long best = x.get(L, 0);
        long at = 0;
        for (int i = 0; i < n; i++) {
            long v = x.get(L, 8L * i);
            if (largest ? v >= best : v <= best) {
                best = v;
                at = i;
            }
            y.set(L, 8L * i, best);
            places.set(L, 8L * i, at);
        }
    }

    /**
     * Sums or products of lines that lie side by side, row by row: down a column that is wide enough all elements would fall
     * into the same few places of the cache. False where lines don't, or for a dtype without a loop of its own.
     */
    static boolean columns(Dense x, Dense y, int d, boolean product) {
        DType t = x.dtype();
        int size = t.size();
        if (x.dim() < 2 || x.numel() == 0 || t != DType.FLOAT32 && t != DType.FLOAT64 && t != DType.INT64) {
            return false;
        }
        Object first = new Views.Longs(d, 0);
        Dense a = (Dense) Views.Select.OP.eval(first, new Tensor[] {x})[0];
        Dense b = (Dense) Views.Select.OP.eval(first, new Tensor[] {y})[0];
        Geometry g = Geometry.of(a.shape(), b, a);
        if (g.innerStep(0) != size || g.innerStep(1) != size || g.inner() < 8) {
            return false;
        }
        long n = x.size(d);
        long fs = x.stride(d) << t.shift();
        long ts = y.stride(d) << t.shift();
        Workers.parallelFor(g.numel, Math.max(8, 8192 / n), (lo, hi) -> {
            for (long i = lo; i < hi; ) {
                int w = (int) Math.min(BLOCK, Math.min(hi - i, g.inner() - i % g.inner()));
                long from = g.offset(1, i);
                long to = g.offset(0, i);
                switch (t) {
                    case FLOAT32 -> floatColumns(x.segment(), from, fs, y.segment(), to, ts, n, w, product);
                    case FLOAT64 -> doubleColumns(x.segment(), from, fs, y.segment(), to, ts, n, w, product);
                    default -> longColumns(x.segment(), from, fs, y.segment(), to, ts, n, w, product);
                }
                i += w;
            }
        });
        return true;
    }

    private static void floatColumns(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            long n,
            int w,
            boolean product) {
        double[] sums = new double[w];
        Arrays.fill(sums, product ? 1 : 0);
        for (long i = 0; i < n; i++) {
            MemorySegment x = Window.of(source, from + i * fs, 4L * w);
            MemorySegment y = Window.of(target, to + i * ts, 4L * w);
            for (int c = 0; c < w; c++) {
                double v = x.get(F, 4L * c);
                double sum = product ? sums[c] * v : sums[c] + v;
                sums[c] = sum;
                y.set(F, 4L * c, (float) sum);
            }
        }
    }

    private static void doubleColumns(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            long n,
            int w,
            boolean product) {
        double[] sums = new double[w];
        Arrays.fill(sums, product ? 1 : 0);
        for (long i = 0; i < n; i++) {
            MemorySegment x = Window.of(source, from + i * fs, 8L * w);
            MemorySegment y = Window.of(target, to + i * ts, 8L * w);
            for (int c = 0; c < w; c++) {
                double v = x.get(D, 8L * c);
                double sum = product ? sums[c] * v : sums[c] + v;
                sums[c] = sum;
                y.set(D, 8L * c, sum);
            }
        }
    }

    private static void longColumns(
            MemorySegment source,
            long from,
            long fs,
            MemorySegment target,
            long to,
            long ts,
            long n,
            int w,
            boolean product) {
        long[] sums = new long[w];
        Arrays.fill(sums, product ? 1 : 0);
        for (long i = 0; i < n; i++) {
            MemorySegment x = Window.of(source, from + i * fs, 8L * w);
            MemorySegment y = Window.of(target, to + i * ts, 8L * w);
            for (int c = 0; c < w; c++) {
                long v = x.get(L, 8L * c);
                long sum = product ? sums[c] * v : sums[c] + v;
                sums[c] = sum;
                y.set(L, 8L * c, sum);
            }
        }
    }
}
