package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Extremes;
import org.cresset.op.LogSumExp;
import org.cresset.op.Reduce;
import org.cresset.op.Reductions;
import org.cresset.op.Scans;
import org.cresset.op.Softmax;
import org.cresset.op.Sorting;
import org.cresset.op.VectorNorm;
import org.jspecify.annotations.Nullable;

/** Many elements into one: sums, means, extremes, norms; and running forms of them. No dimensions given means all. */
public sealed interface ReductionOps permits Tensor {
    /** This tensor. */
    Tensor self();

    private Reduce.Axes axes(String op, long @Nullable [] dims, boolean keepdim, @Nullable DType dtype) {
        return Dims.axes(op, self(), dims, keepdim, dtype);
    }

    /** The sum of all elements; of integers and bools as int64. */
    default Tensor sum() {
        return sum(null, false, null);
    }

    /** The sum over dimensions. */
    default Tensor sum(long... dims) {
        return sum(dims, false, null);
    }

    /** The sum over dimensions, which stay with size 1 if {@code keepdim}. */
    default Tensor sum(long[] dims, boolean keepdim) {
        return sum(dims, keepdim, null);
    }

    /** The sum over dimensions (null: all), computed in {@code dtype} if given. As {@code torch.sum}. */
    @Torch("sum(self, dim=None, keepdim=False, *, dtype=None)")
    default Tensor sum(long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        Tensor x = dtype == null ? self() : self().to(dtype);
        return Reductions.Sum.OP.on(axes("sum", dim, keepdim, dtype), x);
    }

    /** The mean of all elements. */
    default Tensor mean() {
        return mean(null, false, null);
    }

    /** The mean over dimensions. */
    default Tensor mean(long... dims) {
        return mean(dims, false, null);
    }

    /** The mean over dimensions, which stay with size 1 if {@code keepdim}. */
    default Tensor mean(long[] dims, boolean keepdim) {
        return mean(dims, keepdim, null);
    }

    /** The mean over dimensions (null: all). As {@code torch.mean}. */
    @Torch("mean(self, dim=None, keepdim=False, *, dtype=None)")
    default Tensor mean(long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        Tensor x = dtype == null ? self() : self().to(dtype);
        return Reductions.Mean.OP.on(axes("mean", dim, keepdim, null), x);
    }

    /** The product of all elements. */
    default Tensor prod() {
        return prod(null, false, null);
    }

    /** The product along a dimension (null: of all elements). As {@code torch.prod}. */
    @Torch("prod(self, dim=None, keepdim=False, *, dtype=None)")
    default Tensor prod(@Nullable Long dim, boolean keepdim, @Nullable DType dtype) {
        Tensor x = dtype == null ? self() : self().to(dtype);
        return Reductions.Prod.OP.on(axes("prod", dim == null ? null : new long[] {dim}, keepdim, dtype), x);
    }

    /** {@code dim}, if it names dimensions or there are elements: of nothing at all there is no extreme. */
    private long[] someOf(String op, long[] dim) {
        if (dim.length == 0 && self().numel() == 0) {
            throw CressetException.runtime(op + ": a tensor of shape " + self().shape()
                    + " has no elements; name dimensions to reduce that aren't empty");
        }
        return dim;
    }

    /** The largest elements over dimensions; equal ones share the gradient. As {@code torch.amax}. */
    @Torch("amax(self, dim=(), keepdim=False)")
    default Tensor amax(long[] dim, boolean keepdim) {
        return Reductions.Amax.OP.on(axes("amax", someOf("amax", dim), keepdim, null), self());
    }

    /** The smallest elements over dimensions; equal ones share the gradient. As {@code torch.amin}. */
    @Torch("amin(self, dim=(), keepdim=False)")
    default Tensor amin(long[] dim, boolean keepdim) {
        return Reductions.Amin.OP.on(axes("amin", someOf("amin", dim), keepdim, null), self());
    }

    /** Smallest and largest over a dimension (null: all). As {@code torch.aminmax}. */
    @Torch("aminmax(self, *, dim=None, keepdim=False)")
    default Tensor[] aminmax(@Nullable Long dim, boolean keepdim) {
        long[] d = dim == null ? new long[0] : new long[] {dim};
        return CressetException.under("aminmax", () -> new Tensor[] {amin(d, keepdim), amax(d, keepdim)});
    }

    /** The largest element. */
    default Tensor max() {
        return amax(new long[0], false);
    }

    /** The smallest element. */
    default Tensor min() {
        return amin(new long[0], false);
    }

    /** The largest elements along a dimension and their indices (int64). As {@code torch.max}. */
    default Tensor[] max(long dim, boolean keepdim) {
        return Extremes.Max.OP.all(Extremes.at("max", self(), dim, keepdim), self());
    }

    /** The smallest elements along a dimension and their indices (int64). As {@code torch.min}. */
    default Tensor[] min(long dim, boolean keepdim) {
        return Extremes.Min.OP.all(Extremes.at("min", self(), dim, keepdim), self());
    }

    /** The index of the largest element of all. */
    default Tensor argmax() {
        return argmax(null, false);
    }

    /** The index of the largest element along a dimension (null: of the flattened tensor). As {@code torch.argmax}. */
    @Torch("argmax(self, dim=None, keepdim=False)")
    default Tensor argmax(@Nullable Long dim, boolean keepdim) {
        return Extremes.indices("argmax", self(), dim, keepdim, true);
    }

    /** Positions of the largest elements along a dimension, int64, which is left out. */
    default Tensor argmax(long dim) {
        return argmax(dim, false);
    }

    /** Positions of the smallest elements along a dimension, int64, which is left out. */
    default Tensor argmin(long dim) {
        return argmin(dim, false);
    }

    /** The index of the smallest element along a dimension (null: of the flattened tensor). As {@code torch.argmin}. */
    @Torch("argmin(self, dim=None, keepdim=False)")
    default Tensor argmin(@Nullable Long dim, boolean keepdim) {
        return Extremes.indices("argmin", self(), dim, keepdim, false);
    }

    /** Whether all elements are true. */
    default Tensor all() {
        return all(null, false);
    }

    /** Whether all elements along dimensions (null: everywhere) are true. As {@code torch.all}. */
    @Torch("all(self, dim=None, keepdim=False)")
    default Tensor all(long @Nullable [] dim, boolean keepdim) {
        Tensor x = self().dtype().isComplex() ? self().ne(0) : self();
        return Reductions.All.OP.on(axes("all", dim, keepdim, null), x);
    }

    /** Whether any element is true. */
    default Tensor any() {
        return any(null, false);
    }

    /** Whether any element along dimensions (null: everywhere) is true. As {@code torch.any}. */
    @Torch("any(self, dim=None, keepdim=False)")
    default Tensor any(long @Nullable [] dim, boolean keepdim) {
        Tensor x = self().dtype().isComplex() ? self().ne(0) : self();
        return Reductions.Any.OP.on(axes("any", dim, keepdim, null), x);
    }

    /** The number of elements that aren't zero. As {@code torch.count_nonzero}. */
    @Torch("count_nonzero(self, dim=None)")
    default Tensor countNonzero(long @Nullable [] dim) {
        Tensor x = self().dtype().isComplex() ? self().ne(0) : self();
        return Reductions.CountNonzero.OP.on(axes("count_nonzero", dim, false, null), x);
    }

    /** The variance of all elements, unbiased. */
    default Tensor var() {
        return var(null, 1, false);
    }

    /** The variance over dimensions (null: all), divided by n - correction. As {@code torch.var}. */
    @Torch("var(self, dim=None, *, correction=1, keepdim=False)")
    default Tensor var(long @Nullable [] dim, double correction, boolean keepdim) {
        return Statistics.varMean(self(), dim, correction, keepdim)[0];
    }

    /** Variance and mean. As {@code torch.var_mean}. */
    @Torch("var_mean(self, dim=None, *, correction=1, keepdim=False)")
    default Tensor[] varMean(long @Nullable [] dim, double correction, boolean keepdim) {
        return Statistics.varMean(self(), dim, correction, keepdim);
    }

    /** The standard deviation of all elements, unbiased. */
    default Tensor std() {
        return std(null, 1, false);
    }

    /** The standard deviation over dimensions (null: all). As {@code torch.std}. */
    @Torch("std(self, dim=None, *, correction=1, keepdim=False)")
    default Tensor std(long @Nullable [] dim, double correction, boolean keepdim) {
        return var(dim, correction, keepdim).sqrt();
    }

    /** Standard deviation and mean. As {@code torch.std_mean}. */
    @Torch("std_mean(self, dim=None, *, correction=1, keepdim=False)")
    default Tensor[] stdMean(long @Nullable [] dim, double correction, boolean keepdim) {
        Tensor[] vm = varMean(dim, correction, keepdim);
        return new Tensor[] {vm[0].sqrt(), vm[1]};
    }

    /** Exponentials along a dimension divided by their sum. As {@code torch.softmax}. */
    default Tensor softmax(long dim) {
        return softmax(dim, null);
    }

    /** Exponentials along a dimension divided by their sum, computed in {@code dtype} if given. As {@code torch.softmax}. */
    @Torch({
        "softmax(self, dim, dtype=None)",
        "nn.functional.softmax(input, dim, dtype=None)",
        "special.softmax(self, dim, dtype=None)"
    })
    default Tensor softmax(long dim, @Nullable DType dtype) {
        return Softmax.softmax(self(), dim, dtype, false);
    }

    /** The logarithm of {@link #softmax(long)}, without overflow. As {@code torch.log_softmax}. */
    default Tensor logSoftmax(long dim) {
        return logSoftmax(dim, null);
    }

    /** The logarithm of the softmax, computed in {@code dtype} if given. As {@code torch.log_softmax}. */
    @Torch({
        "log_softmax(self, dim, dtype=None)",
        "nn.functional.log_softmax(input, dim, dtype=None)",
        "special.log_softmax(self, dim, dtype=None)"
    })
    default Tensor logSoftmax(long dim, @Nullable DType dtype) {
        return Softmax.softmax(self(), dim, dtype, true);
    }

    /** log(sum(e^x)) over dimensions, without overflow. As {@code torch.logsumexp}. */
    @Torch({"logsumexp(self, dim, keepdim=False)", "special.logsumexp(self, dim, keepdim=False)"})
    default Tensor logsumexp(long[] dim, boolean keepdim) {
        Tensor x = self().dtype().isDifferentiable() ? self() : self().to(DType.FLOAT32);
        if (x.numel() == 0) {
            return x.exp().sum(dim, keepdim).log();
        }
        return LogSumExp.of(x, axes("logsumexp", dim, keepdim, null));
    }

    /** The p-norm of all elements as one vector. As {@code torch.linalg.vector_norm}. */
    default Tensor norm(double p) {
        return norm(p, null, false);
    }

    /** The Euclidean norm of all elements as one vector. */
    default Tensor norm() {
        return norm(2, null, false);
    }

    /** The p-norm over dimensions (null: all), p from -infinity to infinity. As {@code torch.linalg.vector_norm}. */
    default Tensor norm(double p, long @Nullable [] dim, boolean keepdim) {
        return VectorNorm.norm("norm", self(), p, dim, keepdim);
    }

    /** Running sums along a dimension. As {@code torch.cumsum}. */
    default Tensor cumsum(long dim) {
        return cumsum(dim, null);
    }

    /** Running sums along a dimension; of integers as int64. As {@code torch.cumsum}. */
    @Torch("cumsum(self, dim, *, dtype=None)")
    default Tensor cumsum(long dim, @Nullable DType dtype) {
        return Scans.Cumsum.OP.on(Scans.along("cumsum", self(), dim), Scans.prepared(self(), dtype));
    }

    /** Running products along a dimension. As {@code torch.cumprod}. */
    default Tensor cumprod(long dim) {
        return cumprod(dim, null);
    }

    /** Running products along a dimension; of integers as int64. As {@code torch.cumprod}. */
    @Torch("cumprod(self, dim, *, dtype=None)")
    default Tensor cumprod(long dim, @Nullable DType dtype) {
        return Scans.Cumprod.OP.on(Scans.along("cumprod", self(), dim), Scans.prepared(self(), dtype));
    }

    /** Running maxima along a dimension and their indices. As {@code torch.cummax}. */
    @Torch("cummax(self, dim)")
    default Tensor[] cummax(long dim) {
        return Scans.Cummax.OP.all(Scans.along("cummax", self(), dim), self());
    }

    /** Running minima along a dimension and their indices. As {@code torch.cummin}. */
    @Torch("cummin(self, dim)")
    default Tensor[] cummin(long dim) {
        return Scans.Cummin.OP.all(Scans.along("cummin", self(), dim), self());
    }

    /** Elements in order along a dimension and where they were (int64); stable. As {@code torch.sort}. */
    @Torch("sort(self, dim=-1, descending=False, stable=False)")
    default Tensor[] sort(long dim, boolean descending, boolean stable) {
        return Sorting.Sort.OP.all(new Sorting.Attrs(Dims.wrap("sort", dim, self().dim()), descending, -1), self());
    }

    /** Elements in rising order along a dimension and where they were. */
    default Tensor[] sort(long dim) {
        return sort(dim, false, false);
    }

    /** Where the elements in order were. As {@code torch.argsort}. */
    @Torch("argsort(self, dim=-1, descending=False, stable=False)")
    default Tensor argsort(long dim, boolean descending, boolean stable) {
        return sort(dim, descending, stable)[1];
    }

    /** The k largest (or smallest) elements along a dimension and their indices. As {@code torch.topk}. */
    @Torch("topk(self, k, dim=-1, largest=True, sorted=True)")
    default Tensor[] topk(long k, long dim, boolean largest, boolean sorted) {
        int d = Dims.wrap("topk", dim, self().dim());
        long n = self().dim() == 0 ? 1 : self().size(d);
        if (k < 0 || k > n) {
            throw CressetException.runtime("topk: k is " + k + ", but dimension " + d + " of shape " + self().shape()
                    + " has " + n + " elements");
        }
        return Sorting.Sort.OP.all(new Sorting.Attrs(d, largest, k), self());
    }

    /** The k largest elements along the last dimension and their indices. */
    default Tensor[] topk(long k) {
        return topk(k, -1, true, true);
    }

    /** Summed over broadcast dimensions until the shape is {@code size}. As {@code Tensor.sum_to_size}. */
    @Torch("Tensor.sum_to_size(self, *size)")
    default Tensor sumToSize(long... size) {
        return Statistics.sumToSize(self(), size);
    }
}
