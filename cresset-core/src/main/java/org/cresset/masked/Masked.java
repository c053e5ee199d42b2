package org.cresset.masked;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Reductions and normalizations of the elements where a mask is true, as {@code torch.masked}. A mask is bool (or becomes so),
 * broadcasts to the input, and null takes all elements. Results of dtype null have the input's, integers int64 where they are
 * added or multiplied. Dimensions null or none: all.
 */
public final class Masked {
    private Masked() {}

    private static final String REDUCE = "(input, dim=None, *, keepdim=False, dtype=None, mask=None)";
    private static final String ALONG = "(input, dim, *, dtype=None, mask=None)";

    /** The sum; 0 where there is nothing. As {@code torch.masked.sum}. */
    @Torch("masked.sum" + REDUCE)
    public static Tensor sum(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("sum", input, mask, 0).sum(dims(dim), keepdim, accumulated(input, dtype));
    }

    /** The product; 1 where there is nothing. As {@code torch.masked.prod}. */
    @Torch("masked.prod" + REDUCE)
    public static Tensor prod(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        Tensor y = fill("prod", input, mask, 1).to(accumulated(input, dtype));
        int[] all = Dims.wrapAll("masked.prod", dim == null ? new long[0] : dim, input.dim());
        Arrays.sort(all);
        for (int i = all.length - 1; i >= 0; i--) {
            y = y.prod((long) all[i], keepdim, null);
        }
        return y;
    }

    /** Running sums along a dimension. As {@code torch.masked.cumsum}. */
    @Torch("masked.cumsum" + ALONG)
    public static Tensor cumsum(Tensor input, long dim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("cumsum", input, mask, 0).cumsum(dim, dtype == null ? input.dtype() : dtype);
    }

    /** Running products along a dimension. As {@code torch.masked.cumprod}. */
    @Torch("masked.cumprod" + ALONG)
    public static Tensor cumprod(Tensor input, long dim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("cumprod", input, mask, 1).cumprod(dim, dtype == null ? input.dtype() : dtype);
    }

    /** The largest; the lowest number that the dtype holds where there is nothing. As {@code torch.masked.amax}. */
    @Torch("masked.amax" + REDUCE)
    public static Tensor amax(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("amax", input, mask, Extreme.LOWEST)
                .amax(dim == null ? new long[0] : dim, keepdim)
                .to(dtype == null ? input.dtype() : dtype);
    }

    /** The smallest; the highest number that the dtype holds where there is nothing. As {@code torch.masked.amin}. */
    @Torch("masked.amin" + REDUCE)
    public static Tensor amin(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("amin", input, mask, Extreme.HIGHEST)
                .amin(dim == null ? new long[0] : dim, keepdim)
                .to(dtype == null ? input.dtype() : dtype);
    }

    /** Where the largest is, in the input's dtype unless another is given. As {@code torch.masked.argmax}. */
    @Torch("masked.argmax" + REDUCE)
    public static Tensor argmax(
            Tensor input, @Nullable Long dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("argmax", input, mask, Extreme.LOWEST)
                .argmax(dim, keepdim)
                .to(dtype == null ? input.dtype() : dtype);
    }

    /** Where the smallest is, in the input's dtype unless another is given. As {@code torch.masked.argmin}. */
    @Torch("masked.argmin" + REDUCE)
    public static Tensor argmin(
            Tensor input, @Nullable Long dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("argmin", input, mask, Extreme.HIGHEST)
                .argmin(dim, keepdim)
                .to(dtype == null ? input.dtype() : dtype);
    }

    /** The mean; NaN where there is nothing. As {@code torch.masked.mean}. */
    @Torch("masked.mean" + REDUCE)
    public static Tensor mean(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        DType t = dtype == null ? input.dtype() : dtype;
        if (!t.isDifferentiable()) {
            throw CressetException.value(
                    "masked.mean: of " + t + "; expected a floating-point or complex dtype, or one to convert to");
        }
        return sum(input, dim, keepdim, t, mask).div(count(input, dim, keepdim, mask));
    }

    /** The median along a dimension, of an even number the lower one; NaN where there is nothing. As {@code torch.masked.median}. */
    @Torch("masked.median(input, dim=-1, *, keepdim=False, dtype=None, mask=None)")
    public static Tensor median(Tensor input, long dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        boolean floating = input.dtype().isFloat();
        Tensor x = floating ? input : input.to(DType.FLOAT32);
        // NaN is put in order behind everything else, so that the others are a beginning of the row.
        Tensor y = lowerMiddle(fill("median", x, mask, Double.NaN), dim, keepdim);
        if (floating) {
            return y;
        }
        if (y.isnan().any().itemBoolean()) {
            throw CressetException.value("masked.median: of " + input.dtype()
                    + " with nothing left in a row; convert to floating point for NaN");
        }
        return y.to(dtype == null ? input.dtype() : dtype);
    }

    private static Tensor lowerMiddle(Tensor x, long dim, boolean keepdim) {
        if (x.dim() == 0) {
            return x;
        }
        Tensor count = x.isnan().logicalNot().sum(new long[] {dim}, true, null);
        Tensor middle = count.sub(1).clamp(0, null).floorDivide(Tensor.of(2L).reshape());
        Tensor y = x.sort(dim)[0].gather(dim, middle);
        return keepdim ? y : y.squeeze(dim);
    }

    /** The norm of order {@code ord}; 0 where there is nothing. As {@code torch.masked.norm}. */
    @Torch("masked.norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None)")
    public static Tensor norm(
            Tensor input,
            @Nullable Double ord,
            long @Nullable [] dim,
            boolean keepdim,
            @Nullable DType dtype,
            @Nullable Tensor mask) {
        double p = ord == null ? 2 : ord;
        Tensor x = fill("norm", input, mask, p == Double.NEGATIVE_INFINITY ? Double.POSITIVE_INFINITY : 0);
        return x.to(dtype == null ? input.dtype() : dtype).norm(p, dims(dim), keepdim);
    }

    /** The variance, unbiased unless {@code correction} says otherwise. As {@code torch.masked.var}. */
    public static Tensor var(
            Tensor input,
            long @Nullable [] dim,
            double correction,
            boolean keepdim,
            @Nullable DType dtype,
            @Nullable Tensor mask) {
        DType t = dtype == null ? input.dtype().isDifferentiable() ? input.dtype() : DType.FLOAT32 : dtype;
        DType compute = t.isDifferentiable() ? t : DType.FLOAT32;
        Tensor count = count(input, dim, true, mask);
        Tensor mean = sum(input, dim, true, t, mask).div(count);
        Tensor x = input.sub(mean);
        Tensor total = sum(x.mul(x.conj()), dim, keepdim, compute, mask);
        Tensor n = count.reshape(total.shape().toArray());
        if (correction != 0) {
            n = n.to(compute.real()).sub(correction).clamp(0.0, null);
        }
        return total.div(n).to(t);
    }

    /** The variance. As {@code torch.masked.var}. */
    @Torch("masked.var(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None)")
    public static Tensor var(
            Tensor input,
            long @Nullable [] dim,
            @Nullable Boolean unbiased,
            @Nullable Double correction,
            boolean keepdim,
            @Nullable DType dtype,
            @Nullable Tensor mask) {
        return var(input, dim, correction("var", unbiased, correction), keepdim, dtype, mask);
    }

    /** The standard deviation, unbiased unless {@code correction} says otherwise. As {@code torch.masked.std}. */
    public static Tensor std(
            Tensor input,
            long @Nullable [] dim,
            double correction,
            boolean keepdim,
            @Nullable DType dtype,
            @Nullable Tensor mask) {
        return var(input, dim, correction, keepdim, dtype, mask).sqrt();
    }

    /** The standard deviation. As {@code torch.masked.std}. */
    @Torch("masked.std(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None)")
    public static Tensor std(
            Tensor input,
            long @Nullable [] dim,
            @Nullable Boolean unbiased,
            @Nullable Double correction,
            boolean keepdim,
            @Nullable DType dtype,
            @Nullable Tensor mask) {
        return std(input, dim, correction("std", unbiased, correction), keepdim, dtype, mask);
    }

    private static double correction(String op, @Nullable Boolean unbiased, @Nullable Double correction) {
        if (unbiased != null && correction != null) {
            throw CressetException.value("masked." + op + ": both unbiased and correction are given; expected one");
        }
        return correction != null ? correction : Boolean.FALSE.equals(unbiased) ? 0 : 1;
    }

    /** Exponentials divided by their sum. As {@code torch.masked.softmax}. */
    @Torch("masked.softmax" + ALONG)
    public static Tensor softmax(Tensor input, long dim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("softmax", input, mask, Extreme.LOWEST).softmax(dim, dtype == null ? input.dtype() : dtype);
    }

    /** The logarithm of {@link #softmax}. As {@code torch.masked.log_softmax}. */
    @Torch("masked.log_softmax" + ALONG)
    public static Tensor logSoftmax(Tensor input, long dim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("log_softmax", input, mask, Extreme.LOWEST).logSoftmax(dim, dtype == null ? input.dtype() : dtype);
    }

    /** {@link #softmax} of the negative. As {@code torch.masked.softmin}. */
    @Torch("masked.softmin" + ALONG)
    public static Tensor softmin(Tensor input, long dim, @Nullable DType dtype, @Nullable Tensor mask) {
        return fill("softmin", input, mask, Extreme.HIGHEST).neg().softmax(dim, dtype == null ? input.dtype() : dtype);
    }

    /** Divided by the norm along a dimension, or by {@code eps} where that is larger. As {@code torch.masked.normalize}. */
    @Torch("masked.normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None)")
    public static Tensor normalize(
            Tensor input, double ord, long dim, double eps, @Nullable DType dtype, @Nullable Tensor mask) {
        Tensor norm = norm(input, ord, new long[] {dim}, true, dtype, mask);
        Tensor least = Tensor.full(Shape.SCALAR, eps, norm.dtype());
        return fill("normalize", input, mask, 0).div(norm.maximum(least));
    }

    /** The logarithm of the sum of two exponentials, of those that are not masked. As {@code torch.masked.logaddexp}. */
    @Torch("masked.logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None)")
    public static Tensor logaddexp(
            Tensor input, Tensor other, @Nullable DType dtype, @Nullable Tensor inputMask, @Nullable Tensor otherMask) {
        Tensor[] both = {
            fill("logaddexp", input, inputMask, Extreme.LOWEST), fill("logaddexp", other, otherMask, Extreme.LOWEST)
        };
        long[] shape = Broadcast.shapes("masked.logaddexp", both).toArray();
        Tensor pairs = Tensor.stack(0, both[0].expand(shape), both[1].expand(shape));
        return pairs.logsumexp(new long[] {0}, false).to(dtype == null ? input.dtype() : dtype);
    }

    /** The logarithm of the sum of exponentials; -inf where there is nothing. As {@code torch.masked.logsumexp}. */
    @Torch("masked.logsumexp" + REDUCE)
    public static Tensor logsumexp(
            Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable DType dtype, @Nullable Tensor mask) {
        int[] all = Dims.wrapAll("masked.logsumexp", dim == null ? new long[0] : dim, input.dim());
        long[] dims = Arrays.stream(all).asLongStream().toArray();
        Tensor x = input.dtype().isComplex()
                ? fill("logsumexp", input, mask, Double.NEGATIVE_INFINITY)
                : fill("logsumexp", input, mask, Extreme.LOWEST);
        return x.logsumexp(dims, keepdim).to(dtype == null ? input.dtype() : dtype);
    }

    // ---- masks ----

    private enum Extreme {
        LOWEST,
        HIGHEST
    }

    private static long @Nullable [] dims(long @Nullable [] dim) {
        return dim == null || dim.length == 0 ? null : dim;
    }

    private static DType accumulated(Tensor input, @Nullable DType dtype) {
        return dtype != null ? dtype : input.dtype().isDifferentiable() ? input.dtype() : DType.INT64;
    }

    private static Tensor whole(String op, Tensor input, Tensor mask) {
        if (mask.dim() > input.dim()) {
            throw CressetException.index("masked." + op + ": a mask of shape " + mask.shape() + " for shape "
                    + input.shape() + "; expected no more dimensions");
        }
        return mask.to(DType.BOOL).expand(input.shape().toArray());
    }

    private static Tensor count(Tensor input, long @Nullable [] dim, boolean keepdim, @Nullable Tensor mask) {
        Tensor m = mask == null
                ? Tensor.ones(Shape.SCALAR, DType.BOOL).expand(input.shape().toArray())
                : whole("count", input, mask);
        return m.sum(dims(dim), keepdim, null);
    }

    private static Tensor fill(String op, Tensor input, @Nullable Tensor mask, double value) {
        if (mask == null) {
            return input;
        }
        return Tensor.where(whole(op, input, mask), input, Tensor.full(Shape.SCALAR, value, input.dtype()));
    }

    private static Tensor fill(String op, Tensor input, @Nullable Tensor mask, Extreme value) {
        if (mask == null) {
            return input;
        }
        DType t = input.dtype();
        if (t.isComplex() || t == DType.BOOL) {
            throw CressetException.unsupported("masked." + op + ": does not exist for " + t);
        }
        boolean low = value == Extreme.LOWEST;
        if (t.isFloat()) {
            return fill(op, input, mask, low ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        long lowest = t == DType.UINT8 ? 0 : -1L << 8 * t.size() - 1;
        long highest = t == DType.UINT8 ? 255 : ~lowest;
        Tensor number = Tensor.of(low ? lowest : highest).reshape().to(t);
        return Tensor.where(whole(op, input, mask), input, number);
    }
}
