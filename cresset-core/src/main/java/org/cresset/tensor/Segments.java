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
        return reduced(data, reduce, a, numbers(sizes, offsets, data.size(a), a, unsafe), sizes, initial);
    }

    /** For each element of the axis the number of its segment, (..., n); that after the last one if it is in none. */
    private static Tensor numbers(Tensor sizes, @Nullable Tensor offsets, long n, int a, boolean unsafe) {
        long segments = sizes.size(-1);
        long[] rows = sizes.shape().toArray();
        rows[rows.length - 1] = n;
        Tensor places = Tensor.arange(n).expand(rows);
        if (segments == 0) {
            return sizes.newFull(Shape.of(rows), 0, DType.INT64);
        }
        Tensor lengths = sizes.to(DType.INT64);
        Tensor begin = offsets == null
                ? sizes.newFull(Shape.SCALAR, 0, DType.INT64)
                : offsets.narrow(-1, 0, 1).to(DType.INT64);
        Tensor ends = lengths.cumsum(-1).add(begin);
        if (ends.hasValues()) {
            check(lengths, begin, ends, n, a, offsets == null && !unsafe);
        }
        Tensor number = ends.searchsorted(places.contiguous(), false, true, null, null);
        return offsets == null ? number : Tensor.where(places.lt(begin), number.fullLike(segments), number);
    }

    private static void check(Tensor lengths, Tensor begin, Tensor ends, long n, int a, boolean all) {
        long least = Math.min(
                lengths.min().itemLong(), begin.numel() == 0 ? 0 : begin.min().itemLong());
        if (least < 0 || ends.max().itemLong() > n) {
            throw CressetException.runtime(
                    "segment_reduce: segments from " + begin.min().itemLong() + " on, the shortest of "
                            + lengths.min().itemLong() + " elements, up to "
                            + ends.max().itemLong() + " of dimension " + a
                            + " with " + n + "; expected lengths of at least 0 and an end within");
        }
        long sum = ends.select(-1, -1).min().itemLong();
        if (all && sum != n) {
            throw CressetException.runtime(
                    "segment_reduce: lengths add up to " + sum + ", dimension " + a + " has " + n + " elements");
        }
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
