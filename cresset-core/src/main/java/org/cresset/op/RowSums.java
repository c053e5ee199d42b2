package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.emit.Kernel;
import org.cresset.emit.LaneType;
import org.cresset.emit.MachineAccumulators;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;

/**
 * Combines pieces of rows that lie together in memory, on one thread. Elements of other dtypes than the loop's are converted
 * on the way, some at a time; bools are counted, eight at once, because what can be made of them depends on their number only.
 */
final class RowSums {
    /** Elements that are added up in the loop's own accumulators: more would cost accuracy. */
    private static final int PART = 8192;

    private static final int PARTS = 8;

    /** The most elements that are combined at a time. */
    static final int PIECE = PART * PARTS;

    private static final int TILE = 1024;

    /** Elements of a row that are too few for accumulators. */
    private static final int SHORT = MachineAccumulators.SHORT;

    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ThreadLocal<MemorySegment> TILES =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8 * TILE, 64));

    private final Combine combine;
    private final LaneType lane;
    private final DType dtype;
    private final MemorySegment memory;
    private final Kernel loop;

    /** What the loop computes in, and how it combines: ints instead of floats where the largest is looked for. */
    private final LaneType inside;

    private final Combine how;
    /** That elements are added up as they are. */
    private final boolean plain;

    private final Accumulators accumulators = Accumulators.local();
    private final MemorySegment block = accumulators.memory();
    private final MemorySegment tile = TILES.get();
    private final long[] longs;

    /**
     * For rows of {@code t}.
     *
     * @param elements of all the rows that are combined here
     * @param count elements of a row
     */
    RowSums(Reduce op, Combine combine, LaneType lane, Dense t, long elements, long count) {
        this.combine = combine;
        this.plain = op instanceof Reductions.Sum || op instanceof Reductions.Mean;
        this.lane = lane;
        this.dtype = t.dtype();
        this.memory = t.segment();
        this.loop = op.rows(lane).pick(elements, count);
        this.inside = op.inside(lane);
        this.how = inside == lane ? combine : Combine.MAX;
        longs = new long[lane.isFloat() ? 0 : dtype == DType.BOOL ? TILE / 8 : lane.accumulators()];
    }

    /** What at most {@link #PIECE} elements combine to, from element {@code from} of the row at a byte offset on. */
    double piece(long at, long from, int n) {
        int values = load(at, from, n);
        return inside == lane
                ? combined(accumulators.numbers(lane, values), 0, values)
                : number(accumulators.largest(1)[0]);
    }

    /** Whether {@link #rows} takes rows of a length. */
    boolean takesRows(long n) {
        return lane.isFloat() && dtype == lane.dtype() && n <= PART;
    }

    /** What each of some rows of n elements, which follow each other in memory, combines to. */
    void rows(long at, int rows, int n, double[] results) {
        if (n <= SHORT && plain) {
            shortRows(at, rows, n, results);
            return;
        }
        for (int i = 0; i < rows; i += Accumulators.BLOCKS) {
            int few = Math.min(Accumulators.BLOCKS, rows - i);
            accumulators.clear(how, inside, few);
            loop.parts(memory, at + ((long) i * n << dtype.shift()), block, 0, inside, few * n, n);
            totals(few, results, i);
        }
    }

    /** Sums of rows of which each element would have an accumulator of its own: added one after the other in doubles. */
    private void shortRows(long at, int rows, int n, double[] results) {
        if (dtype == DType.FLOAT32 && MachineAccumulators.there()) {
            for (int i = 0; i < rows; i += TILE) {
                int few = Math.min(TILE, rows - i);
                long from = Window.address(memory, at + 4L * i * n, 4L * few * n);
                MachineAccumulators.rows(n, few, from, tile.address());
                MemorySegment.copy(tile, ValueLayout.JAVA_DOUBLE, 0, results, i, few);
            }
            return;
        }
        double[] some = new double[TILE];
        int most = TILE / n;
        for (int i = 0; i < rows; i += most) {
            int few = Math.min(most, rows - i);
            Convert.to(memory, at + ((long) i * n << dtype.shift()), dtype, some, few * n);
            sums(some, n, results, i, few);
        }
    }

    private static void sums(double[] some, int n, double[] results, int first, int rows) {
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int i = r * n; i < (r + 1) * n; i++) {
                sum += some[i];
            }
            results[first + r] = sum;
        }
    }

    /** What each of the first blocks comes to. */
    private void totals(int blocks, double[] results, int first) {
        if (inside != lane) {
            int[] keys = accumulators.largest(blocks);
            for (int i = 0; i < blocks; i++) {
                results[first + i] = number(keys[i]);
            }
        } else if (lane == LaneType.F32 && combine == Combine.SUM) {
            accumulators.sums(blocks, results, first);
        } else {
            int values = lane.accumulators();
            double[] all = accumulators.numbers(lane, blocks * values);
            for (int i = 0; i < blocks; i++) {
                results[first + i] = combined(all, i * values, (i + 1) * values);
            }
        }
    }

    private float number(int key) {
        return combine == Combine.MIN ? FloatOrder.ofSmallest(key) : FloatOrder.ofLargest(key);
    }

    /** The same for {@code few} results whose elements come in turn, from {@code first} of {@code results} on. */
    void pieces(long at, long from, int n, double[] results, int first, int few) {
        int values = load(at, from, n);
        double[] all = accumulators.numbers(lane, values);
        for (int k = 0; k < few; k++) {
            double v = combine.identity();
            for (int i = k; i < values; i += few) {
                v = join(combine, v, all[i]);
            }
            results[first + k] = v;
        }
    }

    /** Combines them in accumulators, a block of these for each part of a sum, and returns how many those are. */
    private int load(long at, long from, int n) {
        int blocks = combine == Combine.SUM ? (n + PART - 1) / PART : 1;
        accumulators.clear(how, inside, blocks);
        if (blocks == 1) {
            run(at, from, n, 0);
        } else if (dtype == lane.dtype()) {
            loop.parts(memory, at + (from << dtype.shift()), block, 0, inside, n, PART);
        } else {
            for (int b = 0; b < blocks; b++) {
                run(at, from + (long) b * PART, Math.min(PART, n - b * PART), b * Accumulators.BLOCK);
            }
        }
        return blocks * lane.accumulators();
    }

    private double combined(double[] v, int from, int to) {
        return switch (combine) {
            case PRODUCT -> product(v, from, to);
            case MIN -> smallest(v, from, to);
            case MAX, LARGER -> largest(v, from, to);
            default -> Accumulators.sum(v, from, to);
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
        accumulators.clear(combine, lane, 1);
        run(at, from, n, 0);
        accumulators.longs(longs);
        long all = combine.integerIdentity(lane);
        for (long v : longs) {
            all = join(combine, all, v);
        }
        return all;
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
