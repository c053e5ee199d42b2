package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.autograd.Vjp;
import org.cresset.base.BFloat16;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Counts points (..., n, d) in the cells of a grid, or adds up their weights: (..., cells of each dimension). Inputs: points,
 * weights (..., n) or null, then the edges of each dimension, (..., k + 1) or (k + 1) for all. A cell has its left edge, the
 * last one both; points outside and NaN count nowhere.
 */
public final class Binning extends Sort {
    public static final Binning OP = new Binning();

    /** Points that one call of a loop handles, so that it is soon compiled. */
    private static final long PIECE = 4096;

    /** How a cell is found. */
    public enum Search {
        /** By the edges, which may lie anyhow. */
        EDGES,
        /** By division, as the edges lie evenly, then among the neighbours' edges. */
        EVEN,
        /** By division alone. */
        DIVISION
    }

    /** How cells are found. */
    public record Attrs(Search search) {}

    private Binning() {
        super("histogram", Saves.NOTHING);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        int lead = in[0].dim() - 2;
        long[] dims = Arrays.copyOf(in[0].shape().toArray(), lead + in.length - 2);
        for (int d = 2; d < in.length; d++) {
            dims[lead + d - 2] = in[d].size(-1) - 1;
        }
        return spec(Shape.of(dims), in[0].dtype());
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Search search = ((Attrs) attrs).search;
        DType t = in[0].dtype();
        Dense points = Rows.convert(in[0], t);
        Dense weights = in[1] == null ? null : Rows.convert(in[1], in[1].dtype());
        int dims = in.length - 2;
        double[][] all = new double[dims][];
        int cells = 1;
        for (int d = 0; d < dims; d++) {
            all[d] = in[d + 2].toDoubleArray();
            cells = Math.multiplyExact(cells, Math.toIntExact(in[d + 2].size(-1) - 1));
        }
        long n = points.size(-2);
        long grids = 1;
        for (int d = 0; d < points.dim() - 2; d++) {
            grids *= points.size(d);
        }
        double[][] edges = new double[dims][];
        for (long g = 0; g < grids; g++) {
            for (int d = 0; d < dims; d++) {
                int k = (int) in[d + 2].size(-1);
                int from = in[d + 2].dim() == 1 ? 0 : Math.toIntExact(g * k);
                edges[d] = Arrays.copyOfRange(all[d], from, from + k);
            }
            double[] sums = new double[cells];
            for (long i = g * n; i < (g + 1) * n; i += PIECE) {
                count(points, weights, edges, search, i, Math.min((g + 1) * n, i + PIECE), sums);
            }
            for (int i = 0; i < cells; i++) {
                out[0].write(g * cells + i, sums[i]);
            }
        }
    }

    /** Edges for all stay as they are; everything else gets a batch dimension in front. */
    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        Tensor points = SearchSorted.all(in[0], mapped[0], size);
        long[] front = Arrays.copyOf(points.shape().toArray(), points.dim() - 2);
        @Nullable Tensor[] all = in.clone();
        all[0] = points;
        all[1] = in[1] == null ? null : SearchSorted.all(in[1], mapped[1], size);
        for (int d = 2; d < in.length; d++) {
            Tensor edges = in[d];
            if (!mapped[d] && edges.dim() == 1) {
                continue;
            }
            long[] dims = Arrays.copyOf(front, front.length + 1);
            dims[front.length] = edges.size(-1);
            if (mapped[d] && edges.dim() == 2) { // for all of each example's own batch
                long[] apart = new long[dims.length];
                Arrays.fill(apart, 1);
                apart[0] = size;
                apart[front.length] = edges.size(-1);
                edges = edges.reshape(apart);
            }
            all[d] = edges.expand(dims);
        }
        return new Tensor[] {on(attrs, all)};
    }

    private static void count(
            Dense points,
            @Nullable Dense weights,
            double[][] edges,
            Search search,
            long from,
            long to,
            double[] cells) {
        DType t = points.dtype();
        int dims = edges.length;
        if (t == DType.FLOAT32 && dims == 1 && weights == null && search == Search.DIVISION) {
            float[] some = new float[Math.toIntExact(to - from)];
            long at = points.byteOffset() + 4 * from;
            MemorySegment.copy(points.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, at, some, 0, some.length);
            int last = edges[0].length - 1;
            countEvenly(some, (float) edges[0][0], (float) edges[0][last], last, cells);
            return;
        }
        double[] x = new double[Math.toIntExact((to - from) * dims)];
        Convert.to(points.segment(), points.byteOffset() + (from * dims << t.shift()), t, x, x.length);
        for (long i = from; i < to; i++) {
            int cell = 0;
            for (int d = 0; d < dims && cell >= 0; d++) {
                int c = find(edges[d], x[(int) (i - from) * dims + d], search, t);
                cell = c < 0 ? -1 : cell * (edges[d].length - 1) + c;
            }
            if (cell >= 0) {
                cells[cell] += weights == null ? 1 : weights.read(i);
            }
        }
    }

    /** As {@link #find} by division alone, in float32. */
    private static void countEvenly(float[] x, float low, float high, int last, double[] cells) {
        float width = high - low;
        for (float v : x) {
            if (v >= low && v <= high) {
                int at = (int) Math.min((v - low) * last / width, last);
                cells[Math.min(at, last - 1)]++;
            }
        }
    }

    private static int find(double[] edges, double v, Search search, DType t) {
        int last = edges.length - 1;
        double low = edges[0];
        double high = edges[last];
        if (!(v >= low) || !(v <= high)) {
            return -1;
        }
        if (search == Search.EDGES) {
            return Math.min(last - 1, after(edges, v, 0, last + 1) - 1);
        }
        // In the dtype's own precision, as whoever computed the edges has rounded too.
        double place = round(t, round(t, round(t, v - low) * last) / round(t, high - low));
        int at = (int) Math.min(place, last);
        if (search == Search.EVEN) {
            int lo = Math.max(0, at - 1);
            int hi = Math.min(at + 2, last + 1);
            at = after(edges, v, lo, hi) - 1;
        }
        return Math.min(at, last - 1);
    }

    private static double round(DType t, double v) {
        return switch (t) {
            case FLOAT64 -> v;
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) v));
            case BFLOAT16 -> BFloat16.toFloat(BFloat16.fromFloat((float) v));
            default -> (float) v;
        };
    }

    /** The first of edges lo to hi that is greater than v, or hi. */
    private static int after(double[] edges, double v, int lo, int hi) {
        int at = Arrays.binarySearch(edges, lo, hi, v);
        if (at < 0) {
            return -at - 1;
        }
        while (at < hi && edges[at] <= v) {
            at++;
        }
        return at;
    }

    @Override
    protected void vjp(Vjp v) {
        v.none();
    }
}
