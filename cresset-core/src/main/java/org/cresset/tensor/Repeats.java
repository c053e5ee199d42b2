package org.cresset.tensor;

import java.lang.foreign.ValueLayout;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.jspecify.annotations.Nullable;

/** Slices several times each. */
final class Repeats {
    private Repeats() {}

    static Tensor each(Tensor self, long repeats, @Nullable Long dim, @Nullable Long outputSize) {
        if (repeats < 0) {
            throw CressetException.runtime("repeat_interleave: " + repeats + " repeats; expected at least 0");
        }
        Tensor x = dim == null ? self.reshape(-1) : self.dim() == 0 ? self.reshape(1) : self;
        int d = Dims.wrap("repeat_interleave", dim == null ? 0 : dim, x.dim());
        checkSize(outputSize, x.size(d) * repeats);
        long[] dims = new long[x.dim() + 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i == d + 1 ? repeats : x.size(i <= d ? i : i - 1);
        }
        long[] joined = x.shape().toArray();
        joined[d] *= repeats;
        return x.unsqueeze(d + 1).expand(dims).clone().reshape(joined);
    }

    static Tensor each(Tensor self, Tensor repeats, @Nullable Long dim, @Nullable Long outputSize) {
        Tensor x = dim == null ? self.reshape(-1) : self.dim() == 0 ? self.reshape(1) : self;
        int d = Dims.wrap("repeat_interleave", dim == null ? 0 : dim, x.dim());
        if (repeats.dim() > 1) {
            throw CressetException.runtime(
                    "repeat_interleave: repeats of shape " + repeats.shape() + "; expected a number or a vector");
        }
        Tensor r = repeats.reshape(-1);
        if (r.numel() == 1 && x.size(d) != 1) {
            r = r.expand(x.size(d));
        }
        if (r.numel() != x.size(d)) {
            throw CressetException.runtime("repeat_interleave: " + r.numel() + " repeats for dimension " + d
                    + " of shape " + x.shape() + "; expected one for each slice");
        }
        if (outputSize != null && !r.hasValues()) {
            // after how many of the running sums each place lies; the size can only be believed
            Tensor ends = r.to(DType.INT64).cumsum(0);
            return x.indexSelect(d, ends.searchsorted(Tensor.arange(outputSize), false, true, null, null));
        }
        Tensor index = positions(r);
        checkSize(outputSize, index.numel());
        return x.indexSelect(d, index);
    }

    private static void checkSize(@Nullable Long given, long size) {
        if (given != null && given != size) {
            throw CressetException.runtime(
                    "repeat_interleave: an output size of " + given + "; the repeats add up to " + size);
        }
    }

    /** 0 {@code repeats[0]} times, 1 {@code repeats[1]} times, ...: int64. */
    static Tensor positions(Tensor repeats) {
        if (repeats.dtype() != DType.INT64 && repeats.dtype() != DType.INT32) {
            throw CressetException.unsupported(
                    "repeat_interleave: does not exist for repeats of " + repeats.dtype() + "; expected int64");
        }
        if (repeats.dim() != 1) {
            throw CressetException.runtime(
                    "repeat_interleave: repeats of shape " + repeats.shape() + "; expected a vector");
        }
        long[] counts = repeats.dense("repeat_interleave").toLongArray();
        long sum = 0;
        for (long c : counts) {
            if (c < 0) {
                throw CressetException.runtime("repeat_interleave: " + c + " repeats; expected at least 0");
            }
            sum = Math.addExact(sum, c);
        }
        Dense out = Dense.empty(Shape.of(sum), repeats.dtype());
        long at = 0;
        for (int i = 0; i < counts.length; i++) {
            for (long k = 0; k < counts[i]; k++) {
                if (repeats.dtype() == DType.INT64) {
                    out.segment().setAtIndex(ValueLayout.JAVA_LONG, at++, i);
                } else {
                    out.segment().setAtIndex(ValueLayout.JAVA_INT, at++, i);
                }
            }
        }
        return out;
    }
}
