package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Inset;
import org.cresset.op.StridedView;
import org.cresset.op.Views;
import org.jspecify.annotations.Nullable;

/** Copies in which a view is replaced by other elements: what writing into the view would make of the tensor. */
public sealed interface InsetOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** With {@code src} as a diagonal. As {@code torch.diagonal_scatter}. */
    @Torch("diagonal_scatter(self, src, offset=0, dim1=0, dim2=1)")
    default Tensor diagonalScatter(Tensor src, long offset, long dim1, long dim2) {
        int a = Dims.wrap("diagonal_scatter", dim1, self().dim());
        int b = Dims.wrap("diagonal_scatter", dim2, self().dim());
        if (a == b || self().dim() < 2) {
            throw CressetException.runtime("diagonal_scatter: dimensions " + dim1 + " and " + dim2 + " of shape "
                    + self().shape() + " must exist and differ");
        }
        return Inset.put("diagonal_scatter", self(), src, Views.Diagonal.OP, new Views.Longs(offset, a, b));
    }

    /** With {@code src} at one index of a dimension. As {@code torch.select_scatter}. */
    @Torch("select_scatter(self, src, dim, index)")
    default Tensor selectScatter(Tensor src, long dim, long index) {
        Tensor x = self();
        if (x.dim() == 0) {
            throw CressetException.index("select_scatter: a tensor without dimensions has nothing to select from");
        }
        int d = Dims.wrap("select_scatter", dim, x.dim());
        long n = x.size(d);
        if (index < -n || index >= n) {
            throw CressetException.index("select_scatter: index " + index + " is out of range for dimension " + d
                    + " of shape " + x.shape());
        }
        Views.Longs at = new Views.Longs(d, index < 0 ? index + n : index);
        return Inset.put("select_scatter", x, src, Views.Select.OP, at);
    }

    /** With {@code src} at every step-th index of a dimension. As {@code torch.slice_scatter}. */
    @Torch("slice_scatter(self, src, dim=0, start=None, end=None, step=1)")
    default Tensor sliceScatter(Tensor src, long dim, @Nullable Long start, @Nullable Long end, long step) {
        Tensor x = self();
        if (x.dim() == 0) {
            throw CressetException.runtime("slice_scatter: a tensor without dimensions can't be sliced");
        }
        if (step < 1) {
            throw CressetException.runtime("slice_scatter: step is " + step + "; expected at least 1");
        }
        int d = Dims.wrap("slice_scatter", dim, x.dim());
        long n = x.size(d);
        long from = Math.clamp(start == null ? 0 : start < 0 ? start + n : start, 0, n);
        long to = Math.clamp(end == null ? n : end < 0 ? end + n : end, from, n);
        return Inset.put("slice_scatter", x, src, Views.Slice.OP, new Views.Longs(d, from, to, step));
    }

    /**
     * With {@code src} at any strides over this tensor's memory. As {@code torch.as_strided_scatter}, also in that
     * {@code backward} gives this tensor the gradient of the places that were replaced, where one would expect that of the
     * others; forward mode gives the true derivative.
     */
    @Torch("as_strided_scatter(self, src, size, stride, storage_offset=None)")
    default Tensor asStridedScatter(Tensor src, long[] size, long[] stride, @Nullable Long storageOffset) {
        if (!(self() instanceof Dense x)) {
            Tensor row = self().contiguous();
            long from = storageOffset == null ? 0 : storageOffset;
            StridedView.Attrs at = StridedView.rowMajor(row.shape(), Shape.of(size), stride.clone(), from);
            return Inset.put("as_strided_scatter", row, src, StridedView.OP, at);
        }
        long offset = storageOffset == null ? x.storageOffset() : storageOffset;
        return CressetException.under("as_strided_scatter", () -> {
            StridedView.Attrs at = StridedView.attrs(x, Shape.of(size), stride.clone(), offset);
            return Inset.put("as_strided_scatter", x, src, StridedView.OP, at);
        });
    }
}
