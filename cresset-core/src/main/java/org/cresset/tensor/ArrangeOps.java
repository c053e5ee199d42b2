package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Embed;
import org.cresset.op.Views;
import org.jspecify.annotations.Nullable;

/** Elements in another arrangement: turned, rolled, repeated, laid on diagonals, split. */
public sealed interface ArrangeOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /**
     * Elements moved along dimensions by {@code shifts}, those that fall out at one end coming in at the other; without
     * dimensions, in the flattened tensor. As {@code torch.roll}.
     */
    @Torch("roll(self, shifts, dims=())")
    default Tensor roll(long[] shifts, long[] dims) {
        Tensor x = self();
        if (dims.length == 0 && shifts.length == 1) {
            return x.reshape(-1).roll(shifts, new long[1]).reshape(x.shape().toArray());
        }
        if (shifts.length == 0 || shifts.length != dims.length) {
            throw CressetException.runtime("roll: " + shifts.length + " shifts for " + dims.length
                    + " dimensions; expected one for each, and at least one");
        }
        for (int i = 0; i < dims.length; i++) {
            int d = Dims.wrap("roll", dims[i], x.dim());
            long n = x.dim() == 0 ? 0 : x.size(d);
            long start = n == 0 ? 0 : Math.floorMod(-shifts[i], n);
            x = start == 0 ? x : Tensor.cat(d, x.narrow(d, start, n - start), x.narrow(d, 0, start));
        }
        return x == self() ? x.clone() : x;
    }

    /** Turned k times by 90 degrees in the plane of two dimensions, from the first to the second. As {@code torch.rot90}. */
    @Torch("rot90(self, k=1, dims=(0, 1))")
    default Tensor rot90(long k, long... dims) {
        Tensor x = self();
        if (dims.length != 2 || x.dim() < 2) {
            throw CressetException.runtime("rot90: dimensions " + Arrays.toString(dims) + " for shape " + x.shape()
                    + "; expected two of at least two");
        }
        int a = Dims.wrap("rot90", dims[0], x.dim());
        int b = Dims.wrap("rot90", dims[1], x.dim());
        if (a == b) {
            throw CressetException.runtime("rot90: dimensions " + dims[0] + " and " + dims[1] + " are the same");
        }
        return switch ((int) Math.floorMod(k, 4L)) {
            case 1 -> x.flip(b).transpose(a, b);
            case 2 -> x.flip(a, b);
            case 3 -> x.flip(a).transpose(a, b);
            default -> x.clone();
        };
    }

    /** Columns in the opposite order. As {@code torch.fliplr}. */
    @Torch("fliplr(self)")
    default Tensor fliplr() {
        return reversed("fliplr", 1);
    }

    /** Rows in the opposite order. As {@code torch.flipud}. */
    @Torch("flipud(self)")
    default Tensor flipud() {
        return reversed("flipud", 0);
    }

    private Tensor reversed(String op, int dim) {
        if (self().dim() <= dim) {
            throw CressetException.runtime(
                    op + ": shape " + self().shape() + "; expected at least " + (dim + 1) + " dimensions");
        }
        return self().flip(dim);
    }

    /** Copies laid side by side; counts missing in front are 1. As {@code torch.tile}. */
    @Torch("tile(self, *dims)")
    default Tensor tile(long... dims) {
        int missing = self().dim() - dims.length;
        if (missing <= 0) {
            return self().repeat(dims);
        }
        long[] all = new long[self().dim()];
        Arrays.fill(all, 1);
        System.arraycopy(dims, 0, all, missing, dims.length);
        return self().repeat(all);
    }

    /** Every slice of a dimension (null: element of the flattened tensor) several times. As {@code torch.repeat_interleave}. */
    @Torch("repeat_interleave(self, repeats, dim=None, *, output_size=None)")
    default Tensor repeatInterleave(long repeats, @Nullable Long dim, @Nullable Long outputSize) {
        return Repeats.each(self(), repeats, dim, outputSize);
    }

    /** Slices of a dimension (null: elements of the flattened tensor), each as often as {@code repeats} says. */
    @Torch("repeat_interleave(self, repeats: Tensor, dim=None, *, output_size=None)")
    default Tensor repeatInterleave(Tensor repeats, @Nullable Long dim, @Nullable Long outputSize) {
        return Repeats.each(self(), repeats, dim, outputSize);
    }

    /** A matrix with a vector on a diagonal, or a copy of a matrix' diagonal. As {@code torch.diag}. */
    @Torch("diag(self, diagonal=0)")
    default Tensor diag(long diagonal) {
        return switch (self().dim()) {
            case 1 -> diagEmbed(diagonal, 0, 1);
            case 2 -> self().diagonal(diagonal, 0, 1).clone();
            default ->
                throw CressetException.runtime("diag: shape " + self().shape() + "; expected a vector or a matrix");
        };
    }

    /** Zeros with the last dimension on a diagonal of two new ones. As {@code torch.diag_embed}. */
    @Torch("diag_embed(self, offset=0, dim1=-2, dim2=-1)")
    default Tensor diagEmbed(long offset, long dim1, long dim2) {
        Tensor x = self();
        int n = x.dim() + 1;
        int a = Dims.wrap("diag_embed", dim1, n);
        int b = Dims.wrap("diag_embed", dim2, n);
        if (a == b || x.dim() == 0) {
            throw CressetException.runtime("diag_embed: dimensions " + dim1 + " and " + dim2 + " for shape " + x.shape()
                    + "; expected different ones and at least one dimension");
        }
        long[] dims = new long[n];
        int k = 0;
        for (int d = 0; d < n; d++) {
            dims[d] = d == a || d == b ? x.size(-1) + Math.abs(offset) : x.size(k++);
        }
        return Embed.in(Shape.of(dims), Views.Diagonal.OP, new Views.Longs(offset, a, b), x);
    }

    /** A matrix with all elements on a diagonal. As {@code torch.diagflat}. */
    @Torch("diagflat(self, offset=0)")
    default Tensor diagflat(long offset) {
        return self().reshape(-1).diagEmbed(offset, 0, 1);
    }

    // ---- splitting ----

    /** Pieces along a dimension, as equal as can be, the larger ones first. As {@code torch.tensor_split}. */
    @Torch({"tensor_split(self, indices_or_sections, dim=0)", "tensor_split(self, sections, dim=0)"})
    default Tensor[] tensorSplit(long sections, long dim) {
        Tensor x = self();
        int d = splittable(dim);
        if (sections < 1) {
            throw CressetException.runtime("tensor_split: " + sections + " sections; expected at least 1");
        }
        long n = x.size(d);
        Tensor[] parts = new Tensor[Math.toIntExact(sections)];
        long at = 0;
        for (int i = 0; i < parts.length; i++) {
            long size = n / sections + (i < n % sections ? 1 : 0);
            parts[i] = x.narrow(d, at, size);
            at += size;
        }
        return parts;
    }

    /** Pieces along a dimension between positions, as slices are in Python. As {@code torch.tensor_split}. */
    @Torch({"tensor_split(self, indices_or_sections, dim=0)", "tensor_split(self, indices, dim=0)"})
    default Tensor[] tensorSplit(long[] indices, long dim) {
        int d = splittable(dim);
        Tensor[] parts = new Tensor[indices.length + 1];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = self().slice(d, i == 0 ? 0 : indices[i - 1], i == indices.length ? null : indices[i], 1);
        }
        return parts;
    }

    /** As the number (rank 0) or the positions (rank 1) in an int64 tensor say. As {@code torch.tensor_split}. */
    @Torch({
        "tensor_split(self, indices_or_sections: Tensor, dim=0)",
        "tensor_split(self, tensor_indices_or_sections: Tensor, dim=0)"
    })
    default Tensor[] tensorSplit(Tensor indices, long dim) {
        if (indices.dtype() != DType.INT64 || indices.dim() > 1) {
            throw CressetException.runtime(
                    "tensor_split: " + indices.dtype() + indices.shape() + "; expected a number or a vector of int64");
        }
        return indices.dim() == 0 ? tensorSplit(indices.itemLong(), dim) : tensorSplit(indices.toLongArray(), dim);
    }

    private int splittable(long dim) {
        if (self().dim() == 0) {
            throw CressetException.runtime("tensor_split: a tensor without dimensions can't be split");
        }
        return Dims.wrap("tensor_split", dim, self().dim());
    }

    /** Equal pieces side by side: of dimension 1, of a vector of dimension 0. As {@code torch.hsplit}. */
    @Torch({"hsplit(self, indices_or_sections)", "hsplit(self, sections)"})
    default Tensor[] hsplit(long sections) {
        return equal("hsplit", 1, self().dim() == 1 ? 0 : 1, sections);
    }

    /** Pieces side by side between positions. As {@code torch.hsplit}. */
    @Torch({"hsplit(self, indices_or_sections)", "hsplit(self, indices)"})
    default Tensor[] hsplit(long... indices) {
        return between("hsplit", 1, self().dim() == 1 ? 0 : 1, indices);
    }

    /** Equal pieces of dimension 0. As {@code torch.vsplit}. */
    @Torch({"vsplit(self, indices_or_sections)", "vsplit(self, sections)"})
    default Tensor[] vsplit(long sections) {
        return equal("vsplit", 2, 0, sections);
    }

    /** Pieces of dimension 0 between positions. As {@code torch.vsplit}. */
    @Torch({"vsplit(self, indices_or_sections)", "vsplit(self, indices)"})
    default Tensor[] vsplit(long... indices) {
        return between("vsplit", 2, 0, indices);
    }

    /** Equal pieces of dimension 2. As {@code torch.dsplit}. */
    @Torch({"dsplit(self, indices_or_sections)", "dsplit(self, sections)"})
    default Tensor[] dsplit(long sections) {
        return equal("dsplit", 3, 2, sections);
    }

    /** Pieces of dimension 2 between positions. As {@code torch.dsplit}. */
    @Torch({"dsplit(self, indices_or_sections)", "dsplit(self, indices)"})
    default Tensor[] dsplit(long... indices) {
        return between("dsplit", 3, 2, indices);
    }

    private Tensor[] equal(String op, int rank, int dim, long sections) {
        Tensor x = self();
        if (x.dim() < rank || sections < 1 || x.size(dim) % sections != 0) {
            throw CressetException.runtime(op + ": " + sections + " equal pieces of dimension " + dim + " of shape "
                    + x.shape() + "; expected at least " + rank + " dimensions and a divisor");
        }
        return tensorSplit(sections, dim);
    }

    private Tensor[] between(String op, int rank, int dim, long[] indices) {
        if (self().dim() < rank) {
            throw CressetException.runtime(
                    op + ": shape " + self().shape() + "; expected at least " + rank + " dimensions");
        }
        return tensorSplit(indices, dim);
    }

    // ---- at least so many dimensions ----

    /** With one dimension if it has none. As {@code torch.atleast_1d}. */
    @Torch("atleast_1d(self)")
    default Tensor atleast1d() {
        return self().dim() == 0 ? self().reshape(1) : self();
    }

    /** With dimensions of size 1 in front, up to two. As {@code torch.atleast_2d}. */
    @Torch("atleast_2d(self)")
    default Tensor atleast2d() {
        return switch (self().dim()) {
            case 0 -> self().reshape(1, 1);
            case 1 -> self().unsqueeze(0);
            default -> self();
        };
    }

    /** With three dimensions at least: a vector along the second, a matrix along the first two. As {@code torch.atleast_3d}. */
    @Torch("atleast_3d(self)")
    default Tensor atleast3d() {
        return switch (self().dim()) {
            case 0 -> self().reshape(1, 1, 1);
            case 1 -> self().unsqueeze(0).unsqueeze(-1);
            case 2 -> self().unsqueeze(-1);
            default -> self();
        };
    }
}
