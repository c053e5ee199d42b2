package org.cresset.tensor;

import java.util.Arrays;
import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/** Reductions of stretches of a dimension that follow each other, as {@code torch.segment_reduce}. */
public final class Segments {
    private Segments() {}

    /**
     * Sums, products, means, minima or maxima of segments. With axis a the segments may differ for each index of the dimensions
     * before; {@code lengths} has those dimensions and then one length for each segment, {@code offsets} where each begins and
     * where the last one ends. Empty segments give {@code initial}, or without it what an empty reduction gives.
     */
    public static Tensor reduce(
            Tensor data,
            String reduce,
            @Nullable Tensor lengths,
            @Nullable Tensor offsets,
            long axis,
            boolean unsafe,
            @Nullable Number initial) {
        int a = Dims.wrap("segment_reduce", axis, data.dim());
        if (data.numel() == 0) {
            throw CressetException.runtime("segment_reduce: the data has no elements");
        }
        if (lengths == null && offsets == null) {
            throw CressetException.runtime("segment_reduce: expected lengths or offsets");
        }
        Tensor sizes =
                lengths != null ? lengths : Objects.requireNonNull(offsets).diff(1, -1, null, null);
        if (sizes.dim() != a + 1) {
            throw CressetException.runtime("segment_reduce: lengths of shape " + sizes.shape() + " for axis " + a
                    + "; expected " + (a + 1) + " dimensions");
        }
        return reduced(data, reduce, a, Tensor.of(numbers(sizes, offsets, data.size(a), a, unsafe)), sizes, initial);
    }

    /** For each element of the axis the number of its segment; that after the last one if it is in none. */
    private static long[] numbers(Tensor sizes, @Nullable Tensor offsets, long n, int a, boolean unsafe) {
        long[] given = sizes.toLongArray();
        int segments = Math.toIntExact(sizes.size(-1));
        int rows = segments == 0 ? 0 : given.length / segments;
        long[] begins = offsets == null ? new long[rows] : offsets.select(-1, 0).toLongArray();
        long[] to = new long[Math.toIntExact(rows * n)];
        Arrays.fill(to, segments);
        for (int r = 0; r < rows; r++) {
            long at = begins[r];
            for (int s = 0; s < segments; s++) {
                long length = given[r * segments + s];
                if (length < 0 || at < 0 || at + length > n) {
                    throw CressetException.runtime("segment_reduce: a segment of " + length + " elements from " + at
                            + " on of dimension " + a + " with " + n);
                }
                int from = Math.toIntExact(r * n + at);
                Arrays.fill(to, from, from + (int) length, s);
                at += length;
            }
            if (at != n && offsets == null && !unsafe) {
                throw CressetException.runtime(
                        "segment_reduce: lengths add up to " + at + ", dimension " + a + " has " + n + " elements");
            }
        }
        return to;
    }

    private static Tensor reduced(
            Tensor data, String reduce, int a, Tensor to, Tensor sizes, @Nullable Number initial) {
        long[] shape = data.shape().toArray();
        long[] lead = shape.clone();
        Arrays.fill(lead, a + 1, lead.length, 1);
        Tensor index = to.reshape(lead).expand(shape);
        long[] outShape = shape.clone();
        long segments = sizes.size(-1);
        outShape[a] = segments + 1; // the last one takes what is in no segment
        Shape out = Shape.of(outShape);
        DType t = data.dtype();
        double start = initial == null ? neutral(reduce) : initial.doubleValue();
        Tensor base = Tensor.full(out, start, t);
        return switch (reduce) {
            case "sum", "prod" ->
                base.scatterReduce(a, index, data, reduce, true).narrow(a, 0, segments);
            case "mean" -> {
                long[] wide = new long[shape.length];
                Arrays.fill(wide, 1);
                System.arraycopy(sizes.shape().dims(), 0, wide, 0, a + 1);
                Tensor count = sizes.reshape(wide);
                Tensor sum = base.scatterReduce(a, index, data, "sum", true).narrow(a, 0, segments);
                Tensor mean = sum.div(count.clamp(1, null).to(t));
                Tensor none = Tensor.full(Shape.SCALAR, initial == null ? Double.NaN : start, t);
                yield Tensor.where(count.eq(0), none, mean);
            }
            case "max", "min" -> {
                boolean max = reduce.equals("max");
                Tensor own = base.scatterReduce(a, index, data, max ? "amax" : "amin", false);
                yield Tensor.where(max ? base.gt(own) : base.lt(own), base, own).narrow(a, 0, segments);
            }
            default ->
                throw CressetException.runtime(
                        "segment_reduce: reduce is \"" + reduce + "\"; expected sum, prod, mean, max or min");
        };
    }

    private static double neutral(String reduce) {
        return switch (reduce) {
            case "max" -> Double.NEGATIVE_INFINITY;
            case "min" -> Double.POSITIVE_INFINITY;
            case "prod" -> 1;
            default -> 0;
        };
    }
}
