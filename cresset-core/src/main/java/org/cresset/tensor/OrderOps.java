package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.MedianOfAll;
import org.cresset.op.Precision;
import org.cresset.op.Reductions;
import org.jspecify.annotations.Nullable;

/** Medians, quantiles, modes, counts, and reductions that pass over NaN. */
public sealed interface OrderOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The lower median of all elements, NaN if one is; equal ones share the gradient. As {@code torch.median}. */
    @Torch("median(self)")
    default Tensor median() {
        return MedianOfAll.OP.on(new MedianOfAll.Attrs(false), self());
    }

    /** The lower medians along a dimension and where they are (int64). As {@code torch.median}. */
    @Torch("median(self, dim, keepdim=False)")
    default Tensor[] median(long dim, boolean keepdim) {
        return Quantiles.median("median", self(), dim, keepdim, false);
    }

    /** The lower median of all elements that are numbers. As {@code torch.nanmedian}. */
    @Torch("nanmedian(self)")
    default Tensor nanmedian() {
        return MedianOfAll.OP.on(new MedianOfAll.Attrs(true), self());
    }

    /** The lower medians along a dimension of what are numbers, and where they are (int64). As {@code torch.nanmedian}. */
    @Torch("nanmedian(self, dim, keepdim=False)")
    default Tensor[] nanmedian(long dim, boolean keepdim) {
        return Quantiles.median("nanmedian", self(), dim, keepdim, true);
    }

    /** The k-th smallest elements along a dimension, k from 1, and where they are (int64). As {@code torch.kthvalue}. */
    @Torch("kthvalue(self, k, dim=-1, keepdim=False)")
    default Tensor[] kthvalue(long k, long dim, boolean keepdim) {
        return Quantiles.kth(self(), k, dim, keepdim);
    }

    /** The most frequent elements along a dimension, of equal ones the smallest, and where they are. As {@code torch.mode}. */
    @Torch("mode(self, dim=-1, keepdim=False)")
    default Tensor[] mode(long dim, boolean keepdim) {
        return Quantiles.mode(self(), dim, keepdim);
    }

    /**
     * Quantiles q (a number or a vector, from 0 to 1) along a dimension (null: of all), in front of the remaining dimensions if
     * q is a vector. NaN where an element is. As {@code torch.quantile}.
     *
     * @param interpolation "linear", "lower", "higher", "midpoint" or "nearest"
     */
    @Torch("quantile(self, q, dim=None, keepdim=False, *, interpolation='linear')")
    default Tensor quantile(Tensor q, @Nullable Long dim, boolean keepdim, String interpolation) {
        return Quantiles.quantile(
                "quantile", Precision.FULL.of(self()), Precision.FULL.of(q), dim, keepdim, interpolation, false);
    }

    /** The quantile q of all elements. */
    default Tensor quantile(double q) {
        return quantile(Tensor.number(q), null, false, "linear");
    }

    /** Quantiles of what are numbers. As {@code torch.nanquantile}. */
    @Torch("nanquantile(self, q, dim=None, keepdim=False, *, interpolation='linear')")
    default Tensor nanquantile(Tensor q, @Nullable Long dim, boolean keepdim, String interpolation) {
        return Quantiles.quantile(
                "nanquantile", Precision.FULL.of(self()), Precision.FULL.of(q), dim, keepdim, interpolation, true);
    }

    /** The sum over dimensions (null: all) of what are numbers. As {@code torch.nansum}. */
    @Torch("nansum(self, dim=None, keepdim=False, *, dtype=None)")
    default Tensor nansum(long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        Tensor x = dtype == null ? self() : self().to(dtype);
        return Reductions.NanSum.OP.on(Dims.axes("nansum", self(), dim, keepdim, dtype), x);
    }

    /** The mean over dimensions (null: all) of what are numbers. As {@code torch.nanmean}. */
    @Torch("nanmean(self, dim=None, keepdim=False, *, dtype=None)")
    default Tensor nanmean(long @Nullable [] dim, boolean keepdim, @Nullable DType dtype) {
        Tensor x = self();
        if (!x.dtype().isFloat()) {
            throw CressetException.runtime("nanmean: the input is " + x.dtype() + "; expected a floating-point dtype");
        }
        Tensor count = Reductions.CountNumbers.OP.on(Dims.axes("nanmean", x, dim, keepdim, null), x.detach());
        return x.nansum(dim, keepdim, dtype).div(count);
    }

    /** Counts in even bins from min to max, both 0: the data's. As {@code torch.histc}. */
    @Torch("histc(self, bins=100, min=0, max=0)")
    default Tensor histc(long bins, double min, double max) {
        return Histograms.histc(self(), bins, min, max);
    }

    /** Counts (or weights) in even bins over a range (null: the data's), and the bins' edges. As {@code torch.histogram}. */
    @Torch("histogram(self, bins=100, *, range=None, weight=None, density=False)")
    default Tensor[] histogram(long bins, double @Nullable [] range, @Nullable Tensor weight, boolean density) {
        return Histograms.histogram(self(), bins, range, weight, density);
    }

    /** Counts (or weights) in bins with given edges, and those. As {@code torch.histogram}. */
    @Torch("histogram(self, bins: Tensor, *, weight=None, density=False)")
    default Tensor[] histogram(Tensor bins, @Nullable Tensor weight, boolean density) {
        return Histograms.histogram(self(), bins, weight, density);
    }

    /** How often each integer from 0 on comes in a vector, or the sums of their weights. As {@code torch.bincount}. */
    @Torch("bincount(self, weights=None, minlength=0)")
    default Tensor bincount(@Nullable Tensor weights, long minlength) {
        return Histograms.bincount(self(), weights, minlength);
    }

    /** Which of the intervals between rising boundaries each element is in. As {@code torch.bucketize}. */
    @Torch("bucketize(self: Scalar, boundaries: Tensor, *, out_int32=False, right=False)")
    default Tensor bucketize(Tensor boundaries, boolean outInt32, boolean right) {
        return Searches.bucketize(self(), boundaries, outInt32, right);
    }

    /**
     * Where values belong in this rising sequence (n) or in its rows (*, n), the values then being (*, m). As
     * {@code torch.searchsorted}.
     *
     * @param side "left" or "right", instead of {@code right}
     * @param sorter the order that makes the sequence rise
     */
    @Torch("searchsorted(self: Tensor, input: Scalar, *, out_int32=False, right=False, side=None, sorter=None)")
    default Tensor searchsorted(
            Tensor values, boolean outInt32, boolean right, @Nullable String side, @Nullable Tensor sorter) {
        return Searches.searchsorted(self(), values, outInt32, right, side, sorter);
    }
}
