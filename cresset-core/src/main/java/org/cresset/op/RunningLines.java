package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Window;

/** Running sums, products and extremes of one line in the usual dtypes; sums of float32 are kept in double, as PyTorch does. */
final class RunningLines {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

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
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        double sum = product ? 1 : 0;
        for (long i = 0; i < n; i++) {
            double v = x.get(F, from + i * fs);
            sum = product ? sum * v : sum + v;
            y.set(F, to + i * ts, (float) sum);
        }
    }

    private static void doubles(
            MemorySegment source, long from, long fs, MemorySegment target, long to, long ts, long n, boolean product) {
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        double sum = product ? 1 : 0;
        for (long i = 0; i < n; i++) {
            double v = x.get(D, from + i * fs);
            sum = product ? sum * v : sum + v;
            y.set(D, to + i * ts, sum);
        }
    }

    private static void longs(
            MemorySegment source, long from, long fs, MemorySegment target, long to, long ts, long n, boolean product) {
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        long sum = product ? 1 : 0;
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
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment places = Window.of(where, 0, where.byteSize());
        float best = x.get(F, from);
        long at = 0;
        for (long i = 0; i < n; i++) {
            float v = x.get(F, from + i * fs);
            if (v != v || best == best && (largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(F, to + i * ts, best);
            places.set(L, p + i * ps, at);
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
        MemorySegment x = Window.of(source, 0, source.byteSize());
        MemorySegment y = Window.of(target, 0, target.byteSize());
        MemorySegment places = Window.of(where, 0, where.byteSize());
        double best = x.get(D, from);
        long at = 0;
        for (long i = 0; i < n; i++) {
            double v = x.get(D, from + i * fs);
            if (v != v || best == best && (largest ? v >= best : v <= best)) {
                best = v;
                at = i;
            }
            y.set(D, to + i * ts, best);
            places.set(L, p + i * ps, at);
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
}
