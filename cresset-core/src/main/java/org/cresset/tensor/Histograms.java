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
    private static final int PIECE = 4096;

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
        long n = minlength;
        long least = 0;
        for (int i = 0; i < many; i += PIECE) {
            int some = read(numbers, i, values);
            for (int k = 0; k < some; k++) {
                n = Math.max(n, values[k] + 1);
                least = Math.min(least, values[k]);
            }
        }
        if (least < 0) {
            throw CressetException.runtime("bincount: " + least + " is negative");
        }
        if (weights == null) {
            long[] counts = new long[Math.toIntExact(n)];
            for (int i = 0; i < many; i += PIECE) {
                count(values, read(numbers, i, values), counts);
            }
            return Tensor.of(counts);
        }
        double[] w = weights.detach().toDoubleArray();
        double[] sums = new double[Math.toIntExact(n)];
        for (int i = 0; i < many; i += PIECE) {
            int some = read(numbers, i, values);
            for (int k = 0; k < some; k++) {
                sums[(int) values[k]] += w[i + k];
            }
        }
        return Tensor.of(sums).to(weights.dtype() == DType.FLOAT32 ? DType.FLOAT32 : DType.FLOAT64);
    }

    /** int64 from one on, as many as there are or fit; returns how many. */
    private static int read(Dense numbers, int from, long[] to) {
        int n = Math.min(to.length, (int) numbers.numel() - from);
        MemorySegment.copy(numbers.segment(), L, numbers.byteOffset() + 8L * from, to, 0, n);
        return n;
    }

    private static void count(long[] values, int n, long[] counts) {
        for (int i = 0; i < n; i++) {
            counts[(int) values[i]]++;
        }
    }
}
