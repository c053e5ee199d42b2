package org.cresset.registry;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** PyTorch's forms of views that copy. In Java one writes {@code x.permute(1, 0).clone()}. */
public final class CopyForms {
    private CopyForms() {}

    private static Tensor copy(Tensor view) {
        return view.clone().contiguous();
    }

    private static Tensor[] copies(Tensor[] views) {
        Tensor[] all = new Tensor[views.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = copy(views[i]);
        }
        return all;
    }

    /** As {@code torch.alias_copy}. */
    @Torch({"alias_copy(self)", "detach_copy(self)"})
    public static Tensor alias(Tensor self) {
        return copy(self);
    }

    /** As {@code torch.as_strided_copy}. */
    @Torch("as_strided_copy(self, size, stride, storage_offset=None)")
    public static Tensor asStrided(Tensor self, long[] size, long[] stride, @Nullable Long storageOffset) {
        return copy(self.asStrided(size, stride, storageOffset));
    }

    /** As {@code torch.diagonal_copy}. */
    @Torch("diagonal_copy(self, offset=0, dim1=0, dim2=1)")
    public static Tensor diagonal(Tensor self, long offset, long dim1, long dim2) {
        return copy(self.diagonal(offset, dim1, dim2));
    }

    /** As {@code torch.expand_copy}. */
    @Torch("expand_copy(self, size, *, implicit=False)")
    public static Tensor expand(Tensor self, long[] size) {
        return copy(self.expand(size));
    }

    /** As {@code torch.narrow_copy}. */
    @Torch("narrow_copy(self, dim, start, length)")
    public static Tensor narrow(Tensor self, long dim, long start, long length) {
        return copy(self.narrow(dim, start, length));
    }

    /** As {@code torch.permute_copy}. */
    @Torch("permute_copy(self, dims)")
    public static Tensor permute(Tensor self, long[] dims) {
        return copy(self.permute(dims));
    }

    /** As {@code torch.select_copy}. */
    @Torch("select_copy(self, dim, index)")
    public static Tensor select(Tensor self, long dim, long index) {
        return copy(self.select(dim, index));
    }

    /** As {@code torch.slice_copy}. */
    @Torch("slice_copy(self, dim=0, start=None, end=None, step=1)")
    public static Tensor slice(Tensor self, long dim, @Nullable Long start, @Nullable Long end, long step) {
        return copy(self.slice(dim, start, end, step));
    }

    /** As {@code torch.split_copy}. */
    @Torch("split_copy(self, split_size, dim=0)")
    public static Tensor[] split(Tensor self, long splitSize, long dim) {
        return copies(self.split(splitSize, dim));
    }

    /** As {@code torch.split_with_sizes_copy}. */
    @Torch("split_with_sizes_copy(self, split_sizes, dim=0)")
    public static Tensor[] split(Tensor self, long[] splitSizes, long dim) {
        return copies(self.split(splitSizes, dim));
    }

    /** As {@code torch.squeeze_copy}. */
    @Torch("squeeze_copy(self, dim=None)")
    public static Tensor squeeze(Tensor self, long @Nullable [] dim) {
        return copy(self.squeeze(dim));
    }

    /** As {@code torch.t_copy}. */
    @Torch("t_copy(self)")
    public static Tensor t(Tensor self) {
        return copy(self.t());
    }

    /** As {@code torch.transpose_copy}. */
    @Torch("transpose_copy(self, dim0, dim1)")
    public static Tensor transpose(Tensor self, long dim0, long dim1) {
        return copy(self.transpose(dim0, dim1));
    }

    /** As {@code torch.unbind_copy}. */
    @Torch("unbind_copy(self, dim=0)")
    public static Tensor[] unbind(Tensor self, long dim) {
        return copies(self.unbind(dim));
    }

    /** As {@code torch.unfold_copy}. */
    @Torch("unfold_copy(self, dimension, size, step)")
    public static Tensor unfold(Tensor self, long dimension, long size, long step) {
        return copy(self.unfold(dimension, size, step));
    }

    /** As {@code torch.unsqueeze_copy}. */
    @Torch("unsqueeze_copy(self, dim)")
    public static Tensor unsqueeze(Tensor self, long dim) {
        return copy(self.unsqueeze(dim));
    }

    /** As {@code torch.view_copy}. */
    @Torch("view_copy(self, size)")
    public static Tensor view(Tensor self, long[] size) {
        return copy(CressetException.under("view_copy", () -> self.reshape(size)));
    }

    /** As {@code torch.view_copy}: the memory as another dtype of the same size. */
    @Torch("view_copy(self, dtype)")
    public static Tensor view(Tensor self, DType dtype) {
        if (dtype == self.dtype()) {
            return copy(self);
        }
        if (dtype.size() != self.dtype().size()) {
            throw CressetException.runtime("view_copy: from " + self.dtype() + " to " + dtype
                    + ", which has another size; expected the same size");
        }
        var x = self.contiguous().dense("view_copy");
        return copy(x.view(x.shape(), x.strides(), x.storageOffset(), dtype).detach());
    }
}
