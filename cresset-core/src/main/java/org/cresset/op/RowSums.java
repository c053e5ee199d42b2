package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.tensor.Dense;

/**
 * Combines pieces of rows that lie together in memory, on one thread. Elements of other dtypes than the loop's are converted
 * on the way, some at a time; bools are counted, eight at once, because what can be made of them depends on their number only.
 */
final class RowSums {
    /** Elements that are added up in the loop's own accumulators: more would cost accuracy. */
    private static final int PART = 8192;

    static final int PARTS = 8;

    /** The most elements that are combined at a time. */
    static final int PIECE = PART * PARTS;

    private static final int TILE = 1024;
    private static final int BLOCK = 128;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble D = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8 * TILE, 64));

    private static final MemorySegment[][] IDENTITIES = Arrays.stream(Combine.values())
            .map(c -> Arrays.stream(LaneType.values()).map(l -> filled(c, l)).toArray(MemorySegment[]::new))
            .toArray(MemorySegment[][]::new);

    private final Combine combine;
    private final LaneType lane;
    private final DType dtype;
    private final MemorySegment memory;
    private final Kernel loop;
    private final MemorySegment identities;
    private final MemorySegment block = Scratch.accumulators();
    private final MemorySegment tile = TILES.get();
    private final float[] narrow;
    private final double[] wide;
    private final long[] longs;

    /** For rows of {@code t}, of {@code count} elements. */
    RowSums(Reduce op, Combine combine, LaneType lane, Dense t, long count) {
        this.combine = combine;
        this.lane = lane;
        this.dtype = t.dtype();
        this.memory = t.segment();
        this.identities = IDENTITIES[combine.ordinal()][lane.ordinal()];
        this.loop = op.rows(lane).pick(count);
        int n = lane.accumulators() * (combine == Combine.SUM || count <= PART ? PARTS : 1);
        narrow = new float[lane == LaneType.F32 ? n : 0];
        wide = new double[lane.isFloat() ? n : 0];
        longs = new long[lane.isFloat() ? 0 : dtype == DType.BOOL ? TILE / 8 : lane.accumulators()];
    }

    /** What at most {@link #PIECE} elements combine to, from element {@code from} of the row at a byte offset on. */
    double piece(long at, long from, int n) {
        int values = load(at, from, n);
        return combined(0, values);
    }

    /** Whether {@link #rows} takes rows of a length. */
    boolean takesRows(long n) {
        return lane.isFloat() && dtype == lane.dtype() && n <= PART;
    }

    /** What each of some rows of n elements, which follow each other in memory, combines to. */
    void rows(long at, int rows, int n, double[] results) {
        int values = lane.accumulators();
        for (int i = 0; i < rows; i += PARTS) {
            int few = Math.min(PARTS, rows - i);
            clear(few);
            loop.parts(memory, at + ((long) i * n << dtype.shift()), block, 0, lane, few * n, n);
            unload(few * values);
            for (int r = 0; r < few; r++) {
                results[i + r] = combined(r * values, (r + 1) * values);
            }
        }
    }

    /** The same for {@code few} results whose elements come in turn, from {@code first} of {@code results} on. */
    void pieces(long at, long from, int n, double[] results, int first, int few) {
        int values = load(at, from, n);
        for (int k = 0; k < few; k++) {
            double v = combine.identity();
            for (int i = k; i < values; i += few) {
                v = join(combine, v, wide[i]);
            }
            results[first + k] = v;
        }
    }

    /** Combines them in accumulators, a block of these for each part of a sum, and returns how many those are. */
    private int load(long at, long from, int n) {
        int blocks = combine == Combine.SUM ? (n + PART - 1) / PART : 1;
        clear(blocks);
        if (blocks == 1) {
            run(at, from, n, 0);
        } else if (dtype == lane.dtype()) {
            loop.parts(memory, at + (from << dtype.shift()), block, 0, lane, n, PART);
        } else {
            for (int b = 0; b < blocks; b++) {
                run(at, from + (long) b * PART, Math.min(PART, n - b * PART), b * BLOCK);
            }
        }
        int values = blocks * lane.accumulators();
        unload(values);
        return values;
    }

    private void unload(int values) {
        if (lane == LaneType.F32) {
            MemorySegment.copy(block, F, 0, narrow, 0, values);
            widen(narrow, wide, values);
        } else {
            MemorySegment.copy(block, D, 0, wide, 0, values);
        }
    }

    private static void widen(float[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    /** In four chains, which don't wait for each other. */
    private static double sum(double[] v, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int i = from; i < to; i += 4) {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
        }
        return a + b + (c + d);
    }

    private double combined(int from, int to) {
        return switch (combine) {
            case PRODUCT -> product(wide, from, to);
            case MIN -> smallest(wide, from, to);
            case MAX, LARGER -> largest(wide, from, to);
            default -> sum(wide, from, to);
        };
    }

    private static double product(double[] v, int from, int to) {
        double a = 1;
        double b = 1;
        double c = 1;
        double d = 1;
        for (int i = from; i < to; i += 4) {
            a *= v[i];
            b *= v[i + 1];
            c *= v[i + 2];
            d *= v[i + 3];
        }
        return a * b * (c * d);
    }

    /** In trees: along a chain the compiler decides by branches, which processors guess wrong. */
    private static double smallest(double[] v, int from, int to) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = from; i < to; i += 8) {
            double a = Math.min(Math.min(v[i], v[i + 1]), Math.min(v[i + 2], v[i + 3]));
            double b = Math.min(Math.min(v[i + 4], v[i + 5]), Math.min(v[i + 6], v[i + 7]));
            least = Math.min(least, Math.min(a, b));
        }
        return least;
    }

    private static double largest(double[] v, int from, int to) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = from; i < to; i += 8) {
            double a = Math.max(Math.max(v[i], v[i + 1]), Math.max(v[i + 2], v[i + 3]));
            double b = Math.max(Math.max(v[i + 4], v[i + 5]), Math.max(v[i + 6], v[i + 7]));
            most = Math.max(most, Math.max(a, b));
        }
        return most;
    }

    /** The same of integers and bools. */
    long whole(long at, long from, long n) {
        if (dtype == DType.BOOL) {
            long count = count(at + from, n);
            return switch (combine) {
                case SUM -> count;
                case PRODUCT, MIN, AND -> count == n ? 1 : 0;
                default -> count > 0 ? 1 : 0;
            };
        }
        clear(1);
        run(at, from, n, 0);
        MemorySegment.copy(block, L, 0, longs, 0, longs.length);
        long all = combine.integerIdentity(lane);
        for (long v : longs) {
            all = join(combine, all, v);
        }
        return all;
    }

    private void clear(int blocks) {
        MemorySegment.copy(identities, 0, block, 0, (long) blocks * BLOCK);
    }

    private static MemorySegment filled(Combine combine, LaneType lane) {
        MemorySegment m = Arena.ofAuto().allocate(PARTS * BLOCK, 64);
        for (int i = 0; i < PARTS * lane.accumulators(); i++) {
            switch (lane) {
                case F32 -> m.set(F, 4L * i, (float) combine.identity());
                case F64 -> m.set(D, 8L * i, combine.identity());
                case I32 -> m.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) combine.integerIdentity(lane));
                case I64 -> m.set(L, 8L * i, combine.integerIdentity(lane));
            }
        }
        return m;
    }

    private void run(long at, long from, long n, long to) {
        int size = dtype.size();
        if (dtype == lane.dtype()) {
            for (long p = 0; p < n; p += 1 << 24) {
                loop.run(memory, at + (from + p) * size, null, 0, null, 0, block, to, (int) Math.min(1 << 24, n - p));
            }
            return;
        }
        for (long p = 0; p < n; p += TILE) {
            int m = (int) Math.min(TILE, n - p);
            ConvertRuns.run(dtype, memory, at + (from + p) * size, lane.dtype(), tile, 0, m);
            loop.run(tile, 0, null, 0, null, 0, block, to, m);
        }
    }

    /** How many of n bools are true: sums of eight bytes each, of which none gets more than {@code TILE / 8}. */
    private long count(long at, long n) {
        long all = 0;
        for (long p = 0; p < n; p += TILE) {
            int m = (int) Math.min(TILE, n - p) / 8;
            MemorySegment.copy(memory, L, at + p, longs, 0, m);
            long s = 0;
            for (int i = 0; i < m; i++) {
                s += longs[i];
            }
            long pairs = (s & 0x00ff00ff00ff00ffL) + (s >>> 8 & 0x00ff00ff00ff00ffL);
            all += pairs * 0x0001000100010001L >>> 48;
        }
        for (long p = n / 8 * 8; p < n; p++) {
            all += memory.get(ValueLayout.JAVA_BYTE, at + p);
        }
        return all;
    }

    static double join(Combine combine, double a, double b) {
        return switch (combine) {
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX, LARGER -> Math.max(a, b);
            default -> a + b;
        };
    }

    static long join(Combine combine, long a, long b) {
        return switch (combine) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MIN -> Math.min(a, b);
            case MAX, LARGER -> Math.max(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
        };
    }
}
