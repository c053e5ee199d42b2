package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.cresset.base.DType;
import org.cresset.emit.MachineRunning;
import org.cresset.emit.Window;

/** Running sums, products and extremes of one line in the usual dtypes; sums of float32 are kept in double, as PyTorch does. */
final class RunningLines {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Elements of a line that go through an array at once: each by itself takes code that isn't compiled yet a hundred times as long. */
    private static final int SOME = 1024;

    /** A thread's arrays for them. */
    private static final class Some {
        static final ThreadLocal<Some> OWN = ThreadLocal.withInitial(Some::new);
        final float[] floats = new float[SOME];
        final double[] doubles = new double[SOME];
        final long[] longs = new long[SOME];
    }

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
            if (MachineRunning.there()) {
                MachineRunning.line(product, x, y, n);
                Reference.reachabilityFence(source);
                Reference.reachabilityFence(target);
                return;
            }
            float[] some = Some.OWN.get().floats;
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
            double[] some = Some.OWN.get().doubles;
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
            long[] some = Some.OWN.get().longs;
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
        float[] some = Some.OWN.get().floats;
        long[] at = Some.OWN.get().longs;
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
}
