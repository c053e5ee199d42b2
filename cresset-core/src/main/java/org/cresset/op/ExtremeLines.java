package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.emit.LaneType;
import org.cresset.emit.MachineExtremes;
import org.cresset.emit.Window;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The largest or smallest element of each line and where it is, of real dtypes whose numbers doubles hold. Lines that lie in
 * memory are searched some elements at a time, of which first only the extreme is found, in vector code; lines side by side
 * are compared row by row.
 */
final class ExtremeLines {
    private static final int TILE = 1024;
    private static final int PIECE = 8192;

    /** Elements that are looked through for a number that is among them. */
    private static final int SEARCHED = 256;

    private final Dense x;
    private final boolean largest;
    private final Dense values;
    private final Dense indices;
    private final @Nullable RowSums pieces;
    private final double[] tile = new double[TILE];
    private final double[] best = new double[TILE];
    private final long[] where = new long[TILE];

    private ExtremeLines(Dense x, boolean largest, Dense values, Dense indices) {
        this.x = x;
        this.largest = largest;
        this.values = values;
        this.indices = indices;
        LaneType lane = x.dtype() == DType.FLOAT64 ? LaneType.F64 : LaneType.F32;
        Reduce op = largest ? Reductions.Amax.OP : Reductions.Amin.OP;
        pieces = x.dtype().isFloat()
                ? new RowSums(op, largest ? Combine.MAX : Combine.MIN, lane, x, PIECE, PIECE)
                : null;
    }

    /**
     * Finds them along dimension d, if the memory is one of these kinds.
     *
     * @param values where they go, contiguous; {@code indices} likewise (int64)
     */
    static boolean run(Dense x, int d, boolean largest, Dense values, Dense indices) {
        if (x.dim() == 0 || x.dtype() == DType.INT64 || x.dtype().isComplex()) {
            return false;
        }
        long n = x.size(d);
        int size = x.dtype().size();
        long step = x.stride(d) << x.dtype().shift();
        Dense heads = (Dense) Views.Select.OP.eval(new Views.Longs(d, 0), new Tensor[] {x})[0];
        Dense places = Dense.over(
                values.storage(),
                heads.shape(),
                heads.shape().contiguousStrides(),
                values.storageOffset(),
                values.dtype());
        Geometry g = Geometry.of(heads.shape(), places, heads);
        if (machine(x, g, n, step, largest, values, indices)) {
            return true;
        }
        if (step == size && n >= 16) {
            Workers.parallelFor(g.numel, Math.max(1, 8192 / n), (from, to) -> {
                ExtremeLines l = new ExtremeLines(x, largest, values, indices);
                for (long i = from; i < to; i++) {
                    l.line(g.offset(1, i), n, i);
                }
            });
            return true;
        }
        if (g.innerStep(1) == size && g.inner() >= 16) {
            Workers.parallelFor(g.numel, Math.max(16, 8192 / n), (from, to) -> {
                ExtremeLines l = new ExtremeLines(x, largest, values, indices);
                for (long i = from; i < to; ) {
                    int m = (int) Math.min(Math.min(TILE, to - i), g.inner() - i % g.inner());
                    l.columns(g.offset(1, i), step, n, i, m);
                    i += m;
                }
            });
            return true;
        }
        return false;
    }

    /** float32 by machine code, along rows or across columns that lie side by side; false, and nothing done, elsewhere. */
    private static boolean machine(
            Dense x, Geometry g, long n, long step, boolean largest, Dense values, Dense indices) {
        boolean rows = step == 4 && n >= MachineExtremes.LEAST_WIDTH;
        boolean columns = !rows && g.innerStep(1) == 4 && g.inner() >= MachineExtremes.LEAST_COLUMNS;
        if (x.dtype() != DType.FLOAT32
                || !rows && !columns
                || n == 0
                || n >= 1 << 24
                || !MachineExtremes.there()
                || !x.segment().isNative()) {
            return false;
        }
        long value = Window.address(values.segment(), values.byteOffset(), 4 * g.numel);
        long index = Window.address(indices.segment(), indices.byteOffset(), 8 * g.numel);
        long head = g.innerStep(1);
        int line = Math.toIntExact(4 * n);
        long grain = Math.max(rows ? 1 : MachineExtremes.LEAST_COLUMNS, 8192 / n);
        Workers.parallelFor(g.numel, grain, (from, to) -> {
            for (long i = from; i < to; ) {
                long many = Math.min(Math.min(to - i, 1 << 20), g.inner() - i % g.inner());
                long at = g.offset(1, i);
                if (rows) {
                    long first = Jumps.place(x.segment(), at, head, 0, 1, line, (int) many);
                    MachineExtremes.rows(largest, first, head, n, many, value + 4 * i, index + 8 * i);
                } else if (many >= MachineExtremes.LEAST_COLUMNS) {
                    long first = Jumps.place(x.segment(), at, step, 0, 1, (int) (4 * many), (int) n);
                    MachineExtremes.columns(largest, first, step, n, many, value + 4 * i, index + 8 * i);
                } else {
                    new ExtremeLines(x, largest, values, indices).columns(at, step, n, i, (int) many);
                }
                i += many;
            }
        });
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(values);
        Reference.reachabilityFence(indices);
        return true;
    }

    private void line(long at, long n, long result) {
        double most = Double.NaN;
        long place = -1;
        for (long i = 0; i < n && !(place >= 0 && Double.isNaN(most)); i += PIECE) {
            int m = (int) Math.min(PIECE, n - i);
            double v = extreme(at, i, m);
            if (place < 0 || Double.isNaN(v) || (largest ? v > most : v < most)) {
                most = v;
                place = find(at, i, m, v);
            }
        }
        best[0] = most;
        where[0] = place;
        write(result, 1);
    }

    /** Of m elements from element i of a line on; NaN if there is one. */
    private double extreme(long at, long i, int m) {
        if (pieces != null) {
            return pieces.piece(at, i, m);
        }
        double most = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        for (int k = 0; k < m; k += TILE) {
            int few = Math.min(TILE, m - k);
            Convert.to(x.segment(), at + (i + k) * x.dtype().size(), x.dtype(), tile, few);
            most = largest ? Math.max(most, largest(tile, few)) : Math.min(most, smallest(tile, few));
        }
        return most;
    }

    /** The first of m elements from element i of a line on that is v, or NaN. */
    private long find(long at, long i, int m, double v) {
        for (int k = 0; k < m; k += SEARCHED) {
            int few = Math.min(SEARCHED, m - k);
            Convert.to(x.segment(), at + (i + k) * x.dtype().size(), x.dtype(), tile, few);
            int p = find(tile, v, few);
            if (p < few) {
                return i + k + p;
            }
        }
        throw new IllegalStateException("no " + v + " where it was found");
    }

    private static double largest(double[] x, int n) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            most = Math.max(most, x[i]);
        }
        return most;
    }

    private static double smallest(double[] x, int n) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            least = Math.min(least, x[i]);
        }
        return least;
    }

    private static int find(double[] x, double v, int n) {
        if (Double.isNaN(v)) {
            for (int i = 0; i < n; i++) {
                if (Double.isNaN(x[i])) {
                    return i;
                }
            }
            return n;
        }
        for (int i = 0; i < n; i++) {
            if (x[i] == v) {
                return i;
            }
        }
        return n;
    }

    private void columns(long at, long step, long n, long result, int m) {
        Convert.to(x.segment(), at, x.dtype(), best, m);
        Arrays.fill(where, 0, m, 0);
        for (long r = 1; r < n; r++) {
            Convert.to(x.segment(), at + r * step, x.dtype(), tile, m);
            if (largest) {
                larger(tile, best, where, r, m);
            } else {
                smaller(tile, best, where, r, m);
            }
        }
        write(result, m);
    }

    private static void larger(double[] row, double[] best, long[] where, long r, int m) {
        for (int i = 0; i < m; i++) {
            if (!(row[i] <= best[i]) && !Double.isNaN(best[i])) {
                best[i] = row[i];
                where[i] = r;
            }
        }
    }

    private static void smaller(double[] row, double[] best, long[] where, long r, int m) {
        for (int i = 0; i < m; i++) {
            if (!(row[i] >= best[i]) && !Double.isNaN(best[i])) {
                best[i] = row[i];
                where[i] = r;
            }
        }
    }

    private void write(long result, int m) {
        Convert.from(
                best,
                values.segment(),
                values.byteOffset() + result * values.dtype().size(),
                values.dtype(),
                m);
        MemorySegment.copy(
                where, 0, indices.segment(), ValueLayout.JAVA_LONG_UNALIGNED, indices.byteOffset() + 8 * result, m);
    }
}
