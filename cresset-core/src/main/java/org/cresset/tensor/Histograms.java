package org.cresset.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Binning;
import org.cresset.op.Binning.Search;
import org.jspecify.annotations.Nullable;

/** Counts in bins. */
final class Histograms {
    private static final ValueLayout.OfLong L = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Numbers that are read at once. */
    private static final int PIECE = 1024;

    private Histograms() {}

    static Tensor histc(Tensor x, long bins, double min, double max) {
        if (!x.dtype().isFloat()) {
            throw CressetException.unsupported(
                    "histc: the input is " + x.dtype() + "; expected a floating-point dtype");
        }
        if (bins <= 0) {
            throw CressetException.runtime("histc: " + bins + " bins; expected at least 1");
        }
        boolean around = min == max && min != 0 && x.numel() == 0;
        double[] range = around ? new double[] {min - 1, max + 1} : min == max ? null : new double[] {min, max};
        Tensor edges = edges("histc", x.reshape(-1), range, 0, 1, bins);
        return bin(x.reshape(-1, 1), null, List.of(edges), Search.DIVISION);
    }

    static Tensor[] histogram(
            Tensor x, long bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        Tensor flat = vector(x, weight);
        Object[] result = histogramdd(
                flat.unsqueeze(-1), new long[] {bins}, range, weight == null ? null : weight.reshape(-1), density);
        return new Tensor[] {(Tensor) result[0], ((Tensor[]) result[1])[0]};
    }

    static Tensor[] histogram(Tensor x, Tensor bins, @Nullable Tensor weight, boolean density) {
        Tensor flat = vector(x, weight);
        Object[] result = histogramdd(
                flat.unsqueeze(-1), new Tensor[] {bins}, weight == null ? null : weight.reshape(-1), density);
        return new Tensor[] {(Tensor) result[0], ((Tensor[]) result[1])[0]};
    }

    private static Tensor vector(Tensor x, @Nullable Tensor weight) {
        if (weight != null && !weight.shape().equals(x.shape())) {
            throw CressetException.runtime("histogram: weights of shape " + weight.shape() + " for an input of shape "
                    + x.shape() + "; expected one for each element");
        }
        return x.reshape(-1);
    }

    static Object[] histogramdd(
            Tensor x, long[] bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        Tensor points = points(x, weight);
        int dims = (int) points.size(1);
        long[] counts = bins;
        if (bins.length == 1 && dims != 1) {
            counts = new long[dims];
            Arrays.fill(counts, bins[0]);
        }
        if (counts.length != dims) {
            throw CressetException.runtime("histogramdd: bins for " + counts.length
                    + " dimensions, but points of shape " + x.shape() + " have " + dims);
        }
        if (range != null && range.length != 2 * dims) {
            throw CressetException.runtime(
                    "histogramdd: a range of " + range.length + " numbers; expected " + 2 * dims);
        }
        List<Tensor> edges = new ArrayList<>();
        for (int d = 0; d < dims; d++) {
            if (counts[d] <= 0) {
                throw CressetException.runtime("histogramdd: " + counts[d] + " bins; expected at least 1");
            }
            edges.add(edges("histogramdd", points.select(1, d), range, d, 0.5, counts[d]));
        }
        return result(points, weight, edges, density, Search.EVEN);
    }

    static Object[] histogramdd(Tensor x, Tensor[] bins, @Nullable Tensor weight, boolean density) {
        Tensor points = points(x, weight);
        if (bins.length != points.size(1)) {
            throw CressetException.runtime("histogramdd: bins for " + bins.length + " dimensions, but points of shape "
                    + x.shape() + " have " + points.size(1));
        }
        for (Tensor b : bins) {
            if (b.dim() != 1 || b.numel() == 0 || b.dtype() != x.dtype()) {
                throw CressetException.runtime("histogramdd: edges of " + b.dtype() + b.shape()
                        + "; expected one dimension with elements, of the input's dtype, " + x.dtype());
            }
        }
        return result(points, weight, List.of(bins), density, Search.EDGES);
    }

    private static Tensor points(Tensor x, @Nullable Tensor weight) {
        if (x.dtype() != DType.FLOAT32 && x.dtype() != DType.FLOAT64) {
            throw CressetException.unsupported(
                    "histogramdd: the input is " + x.dtype() + "; expected float32 or float64");
        }
        if (x.dim() < 2) {
            throw CressetException.runtime(
                    "histogramdd: points of shape " + x.shape() + "; expected at least two dimensions");
        }
        if (weight != null) {
            long[] front = Arrays.copyOf(x.shape().toArray(), x.dim() - 1);
            if (weight.dtype() != x.dtype()
                    || !Arrays.equals(front, weight.shape().toArray())) {
                throw CressetException.runtime("histogramdd: weights of " + weight.dtype() + weight.shape()
                        + " for points of " + x.dtype() + x.shape() + "; expected one for each point");
            }
        }
        return x.reshape(x.numel() / Math.max(1, x.size(-1)), x.size(-1));
    }

    /** The edges of dimension d between given ones or the data's, moved apart where they are equal. */
    private static Tensor edges(String op, Tensor column, double @Nullable [] range, int d, double apart, long bins) {
        DType t = column.dtype();
        if (column.hasValues() || range != null || column.numel() == 0) {
            double[] ends = ends(op, column, range, d, apart);
            Tensor edges = Tensor.linspace(ends[0], ends[1], bins + 1, t);
            return column.hasValues()
                    ? edges
                    : column.newFull(edges.shape(), 0, t).add(edges);
        }
        Tensor low = column.detach().min();
        Tensor high = column.detach().max();
        Tensor one = low.eq(high);
        return Tensor.linspace(
                Tensor.where(one, low.sub(apart), low), Tensor.where(one, high.add(apart), high), bins + 1, t);
    }

    private static double[] ends(String op, Tensor column, double @Nullable [] range, int d, double apart) {
        double low = 0;
        double high = apart == 1 ? 0 : 1;
        if (range != null) {
            low = range[2 * d];
            high = range[2 * d + 1];
        } else if (column.numel() > 0) {
            low = column.detach().min().item();
            high = column.detach().max().item();
        }
        if (!Double.isFinite(low) || !Double.isFinite(high) || low > high) {
            throw CressetException.runtime(
                    op + ": a range from " + low + " to " + high + "; expected finite and rising");
        }
        return low == high ? new double[] {low - apart, high + apart} : new double[] {low, high};
    }

    private static Tensor bin(Tensor points, @Nullable Tensor weight, List<Tensor> edges, Search search) {
        List<@Nullable Tensor> in = new ArrayList<>();
        in.add(points.detach());
        in.add(weight == null ? null : weight.detach());
        edges.forEach(e -> in.add(e.detach()));
        return Binning.OP.on(new Binning.Attrs(search), in.toArray(new Tensor[0]));
    }

    private static Object[] result(
            Tensor points, @Nullable Tensor weight, List<Tensor> edges, boolean density, Search search) {
        Tensor counts = bin(points, weight == null ? null : weight.reshape(-1), edges, search);
        if (density) {
            counts = counts.div(counts.sum());
            for (int d = 0; d < edges.size(); d++) {
                long n = edges.get(d).numel() - 1;
                long[] shape = new long[edges.size()];
                Arrays.fill(shape, 1);
                shape[d] = n;
                Tensor e = edges.get(d);
                counts = counts.div(e.narrow(0, 1, n).sub(e.narrow(0, 0, n)).reshape(shape));
            }
        }
        return new Object[] {counts, edges.toArray(new Tensor[0])};
    }

    static Tensor bincount(Tensor x, @Nullable Tensor weights, long minlength) {
        if (minlength < 0) {
            throw CressetException.runtime("bincount: minlength is " + minlength + "; expected at least 0");
        }
        if (x.dtype().isDifferentiable() || x.dim() != 1) {
            throw CressetException.runtime(
                    "bincount: the input is " + x.dtype() + x.shape() + "; expected integers in one dimension");
        }
        if (weights != null && weights.numel() != x.numel()) {
            throw CressetException.runtime(
                    "bincount: weights of shape " + weights.shape() + " for " + x.numel() + " elements");
        }
        Dense numbers = (Dense) x.dense("bincount").to(DType.INT64).contiguous();
        int many = Math.toIntExact(x.numel());
        long[] values = new long[Math.min(many, PIECE)];
        double[] w = weights == null ? null : weights.detach().toDoubleArray();
        long[] counts = new long[w == null ? Math.toIntExact(Math.max(minlength, PIECE)) : 0];
        double[] sums = new double[w == null ? 0 : Math.toIntExact(Math.max(minlength, PIECE))];
        long n = minlength;
        // Each piece is read once, so places for its largest number are made on the way.
        for (int i = 0; i < many; i += PIECE) {
            int some = read(numbers, i, values);
            long bits = bits(values, some);
            if (bits < 0) {
                throw CressetException.runtime("bincount: " + least(values, some) + " is negative");
            }
            int places = w == null ? counts.length : sums.length;
            if (w != null || bits >= places) {
                n = Math.max(n, largest(values, some) + 1);
            }
            if (w == null) {
                counts = n <= places ? counts : Arrays.copyOf(counts, room(n));
                count(values, some, counts);
            } else {
                sums = n <= places ? sums : Arrays.copyOf(sums, room(n));
                for (int k = 0; k < some; k++) {
                    sums[(int) values[k]] += w[i + k];
                }
            }
        }
        if (w == null) {
            int bins = counts.length;
            while (bins > n && counts[bins - 1] == 0) {
                bins--;
            }
            return Tensor.of(Arrays.copyOf(counts, bins));
        }
        boolean single = weights != null && weights.dtype() == DType.FLOAT32;
        Tensor all = Tensor.of(Arrays.copyOf(sums, Math.toIntExact(n)));
        return all.to(single ? DType.FLOAT32 : DType.FLOAT64);
    }

    /** All bits that any of some numbers has: negative if one is, else at least the largest. */
    private static long bits(long[] values, int n) {
        long bits = 0;
        for (int i = 0; i < n; i++) {
            bits |= values[i];
        }
        return bits;
    }

    /** Places for n numbers and, so that few arrays are made, more. */
    private static int room(long n) {
        return Math.toIntExact(Math.max(n, Math.min(2 * Long.highestOneBit(n), Integer.MAX_VALUE - 8)));
    }

    /** int64 from one on, as many as there are or fit; returns how many. */
    private static int read(Dense numbers, int from, long[] to) {
        int n = Math.min(to.length, (int) numbers.numel() - from);
        MemorySegment.copy(numbers.segment(), L, numbers.byteOffset() + 8L * from, to, 0, n);
        return n;
    }

    private static long largest(long[] values, int n) {
        long largest = Long.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, values[i]);
        }
        return largest;
    }

    private static long least(long[] values, int n) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < n; i++) {
            least = Math.min(least, values[i]);
        }
        return least;
    }

    private static void count(long[] values, int n, long[] counts) {
        for (int i = 0; i < n; i++) {
            counts[(int) values[i]]++;
        }
    }
}
