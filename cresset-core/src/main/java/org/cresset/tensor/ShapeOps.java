package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.ComplexViews;
import org.cresset.op.Flip;
import org.cresset.op.None;
import org.cresset.op.StridedView;
import org.cresset.op.ToCopy;
import org.cresset.op.Views;
import org.jspecify.annotations.Nullable;

/** Other shapes for the same elements: mostly views that share memory. */
public sealed interface ShapeOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The same memory as another tensor object. */
    @Torch("alias(self)")
    default Tensor alias() {
        return Views.Alias.OP.on(None.NONE, self());
    }

    /** The elements in row-major order in another shape, of which one size may be -1; a view where possible. */
    @Torch("reshape(self, *shape)")
    default Tensor reshape(long... shape) {
        return Views.Reshape.OP.on(new Views.Longs(shape.clone()), self());
    }

    /** As {@link #reshape}, but refused where it would have to copy. As {@code Tensor.view}. */
    @Torch("Tensor.view(self, *shape)")
    default Tensor view(long... shape) {
        Tensor y = CressetException.under("view", () -> reshape(shape));
        if (self() instanceof Dense x && y instanceof Dense d && x.numel() > 0 && x.storage() != d.storage()) {
            throw CressetException.runtime(
                    "view: shape " + Arrays.toString(shape) + " can't be had without copying from shape " + x.shape()
                            + " with strides " + Arrays.toString(x.strides()) + "; use reshape");
        }
        return y;
    }

    /** The shape of {@code other}. */
    @Torch("Tensor.view_as(self, other)")
    default Tensor viewAs(Tensor other) {
        return CressetException.under("view_as", () -> view(other.shape().toArray()));
    }

    /** The shape of {@code other}. */
    @Torch("Tensor.reshape_as(self, other)")
    default Tensor reshapeAs(Tensor other) {
        return CressetException.under("reshape_as", () -> reshape(other.shape().toArray()));
    }

    /** Dimensions of size 1, and new leading ones, repeated; -1 keeps a size. As {@code Tensor.expand}. */
    @Torch("Tensor.expand(self, *size)")
    default Tensor expand(long... size) {
        return Views.Expand.OP.on(new Views.Longs(size.clone()), self());
    }

    /** Expanded to the shape of {@code other}. */
    @Torch("Tensor.expand_as(self, other)")
    default Tensor expandAs(Tensor other) {
        return expand(other.shape().toArray());
    }

    /** Broadcast to a shape. As {@code torch.broadcast_to}. */
    @Torch("broadcast_to(self, size)")
    default Tensor broadcastTo(long... size) {
        return expand(size);
    }

    /** Dimensions in another order. As {@code torch.permute}. */
    @Torch("permute(self, *dims)")
    default Tensor permute(long... dims) {
        if (dims.length != self().dim()) {
            throw CressetException.runtime("permute: " + dims.length + " dimensions given for shape " + self().shape());
        }
        int[] order = Dims.wrapAll("permute", dims, self().dim());
        return Views.Permute.OP.on(
                new Views.Longs(Arrays.stream(order).asLongStream().toArray()), self());
    }

    /** Two dimensions exchanged. As {@code torch.transpose}. */
    @Torch({"transpose(self, dim0, dim1)", "swapaxes(self, dim0, dim1)", "swapdims(self, dim0, dim1)"})
    default Tensor transpose(long dim0, long dim1) {
        int n = self().dim();
        int a = Dims.wrap("transpose", dim0, n);
        int b = Dims.wrap("transpose", dim1, n);
        if (n == 0) {
            return alias();
        }
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            order[i] = i == a ? b : i == b ? a : i;
        }
        return Views.Permute.OP.on(new Views.Longs(order), self());
    }

    /** A matrix transposed; vectors and numbers as they are. As {@code torch.t}. */
    @Torch("t(self)")
    default Tensor t() {
        if (self().dim() > 2) {
            throw CressetException.runtime("t: expected at most 2 dimensions, got shape " + self().shape());
        }
        return self().dim() < 2 ? alias() : transpose(0, 1);
    }

    /** The last two dimensions exchanged. As {@code Tensor.mT}. */
    @Torch("Tensor.mT(self)")
    default Tensor mT() {
        if (self().dim() < 2) {
            throw CressetException.runtime("mT: expected at least 2 dimensions, got shape " + self().shape());
        }
        return transpose(-2, -1);
    }

    /** Dimensions moved to other places, the rest in order. As {@code torch.movedim}. */
    @Torch({"movedim(self, source, destination)", "moveaxis(self, source, destination)"})
    default Tensor movedim(long[] source, long[] destination) {
        int n = self().dim();
        if (source.length != destination.length) {
            throw CressetException.runtime(
                    "movedim: " + source.length + " sources and " + destination.length + " destinations");
        }
        if (source.length == 0 || n == 0) {
            return alias();
        }
        int[] from = Dims.wrapAll("movedim", source, n);
        int[] to = Dims.wrapAll("movedim", destination, n);
        long[] order = new long[n];
        Arrays.fill(order, -1);
        boolean[] used = new boolean[n];
        for (int i = 0; i < from.length; i++) {
            order[to[i]] = from[i];
            used[from[i]] = true;
        }
        int next = 0;
        for (int i = 0; i < n; i++) {
            if (order[i] < 0) {
                while (used[next]) {
                    next++;
                }
                order[i] = next++;
            }
        }
        return Views.Permute.OP.on(new Views.Longs(order), self());
    }

    /** One dimension moved. */
    default Tensor movedim(long source, long destination) {
        return movedim(new long[] {source}, new long[] {destination});
    }

    /** A new dimension of size 1. As {@code torch.unsqueeze}. */
    @Torch("unsqueeze(self, dim)")
    default Tensor unsqueeze(long dim) {
        int at = Dims.wrap("unsqueeze", dim, self().dim() + 1);
        return Views.Unsqueeze.OP.on(new Views.Longs(at), self());
    }

    /** Without any dimension of size 1. */
    default Tensor squeeze() {
        return squeeze((long[]) null);
    }

    /** Without a dimension, if its size is 1. */
    default Tensor squeeze(long dim) {
        return squeeze(new long[] {dim});
    }

    /** Without those of the dimensions (null: of all) whose size is 1. As {@code torch.squeeze}. */
    @Torch("squeeze(self, dim=None)")
    default Tensor squeeze(long @Nullable [] dim) {
        Tensor x = self();
        if (dim != null && dim.length == 0 || x.dim() == 0) {
            return alias();
        }
        int[] candidates = Dims.wrapAll("squeeze", dim == null ? new long[0] : dim, x.dim());
        long[] gone = Arrays.stream(candidates)
                .filter(d -> x.size(d) == 1)
                .sorted()
                .asLongStream()
                .toArray();
        return Views.Squeeze.OP.on(new Views.Longs(gone), x);
    }

    /** All dimensions in one. */
    default Tensor flatten() {
        return flatten(0, -1);
    }

    /** Dimensions from {@code startDim} on in one. */
    default Tensor flatten(long startDim) {
        return flatten(startDim, -1);
    }

    /** A range of dimensions in one. As {@code torch.flatten}. */
    @Torch("flatten(self, start_dim=0, end_dim=-1)")
    default Tensor flatten(long startDim, long endDim) {
        Tensor x = self();
        int a = Dims.wrap("flatten", startDim, x.dim());
        int b = Dims.wrap("flatten", endDim, x.dim());
        if (a > b) {
            throw CressetException.runtime("flatten: start_dim " + a + " comes after end_dim " + b);
        }
        if (x.dim() == 0) {
            return reshape(1);
        }
        long[] dims = new long[x.dim() - (b - a)];
        long product = 1;
        for (int d = a; d <= b; d++) {
            product *= x.size(d);
        }
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i < a ? x.size(i) : i == a ? product : x.size(i + b - a);
        }
        return a == b ? x : reshape(dims);
    }

    /** One dimension as several, of whose sizes one may be -1. As {@code torch.unflatten}. */
    @Torch("unflatten(self, dim, sizes)")
    default Tensor unflatten(long dim, long... sizes) {
        Tensor x = self();
        int d = Dims.wrap("unflatten", dim, x.dim());
        long[] resolved = sizes.clone();
        long known = 1;
        int open = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) {
                open = i;
            } else {
                known *= sizes[i];
            }
        }
        if (open >= 0 && known > 0) {
            resolved[open] = x.size(d) / known;
            known *= resolved[open];
        }
        if (sizes.length == 0 || known != x.size(d)) {
            throw CressetException.runtime("unflatten: sizes " + Arrays.toString(sizes) + " don't multiply to "
                    + x.size(d) + ", the size of dimension " + d);
        }
        long[] dims = new long[x.dim() - 1 + sizes.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i < d ? x.size(i) : i < d + sizes.length ? resolved[i - d] : x.size(i - sizes.length + 1);
        }
        return reshape(dims);
    }

    /** All elements in one dimension. As {@code torch.ravel}. */
    @Torch("ravel(self)")
    default Tensor ravel() {
        return reshape(-1);
    }

    /** One index of a dimension, which goes. As {@code torch.select}. */
    @Torch("select(self, dim, index)")
    default Tensor select(long dim, long index) {
        Tensor x = self();
        if (x.dim() == 0) {
            throw CressetException.index("select: a tensor without dimensions has nothing to select from");
        }
        int d = Dims.wrap("select", dim, x.dim());
        long n = x.size(d);
        if (index < -n || index >= n) {
            throw CressetException.index("select: index " + index + " is out of range for dimension " + d + " of shape "
                    + x.shape() + "; expected " + -n + " to " + (n - 1));
        }
        return Views.Select.OP.on(new Views.Longs(d, index < 0 ? index + n : index), x);
    }

    /** {@code length} indices of a dimension from {@code start} on. As {@code torch.narrow}. */
    @Torch("narrow(self, dim, start, length)")
    default Tensor narrow(long dim, long start, long length) {
        Tensor x = self();
        if (x.dim() == 0) {
            throw CressetException.runtime(
                    "narrow: a tensor of shape () can't be narrowed; expected at least one dimension");
        }
        int d = Dims.wrap("narrow", dim, x.dim());
        long n = x.size(d);
        long from = start < 0 ? start + n : start;
        if (start < -n || start > n) {
            throw CressetException.index("narrow: start " + start + " is out of range for size " + n);
        }
        if (length < 0 || from + length > n) {
            throw CressetException.runtime("narrow: start " + start + " and length " + length + " reach beyond size "
                    + n + " of dimension " + d);
        }
        return Views.Slice.OP.on(new Views.Longs(d, from, from + length, 1), x);
    }

    /** Every step-th index of a dimension; ends beyond it are cut, as in Python. */
    default Tensor slice(long dim, @Nullable Long start, @Nullable Long end, long step) {
        Tensor x = self();
        int d = Dims.wrap("slice", dim, x.dim());
        if (step < 1) {
            throw CressetException.value("slice: step is " + step + "; expected at least 1 (flip reverses)");
        }
        long n = x.size(d);
        long from = start == null ? 0 : start < 0 ? start + n : start;
        long to = end == null ? n : end < 0 ? end + n : end;
        from = Math.clamp(from, 0, n);
        to = Math.clamp(to, from, n);
        return Views.Slice.OP.on(new Views.Longs(d, from, to, step), x);
    }

    /** The diagonal of two dimensions as a new last one. As {@code torch.diagonal}. */
    @Torch({"diagonal(self, offset=0, dim1=0, dim2=1)", "linalg.diagonal(self, *, offset=0, dim1=-2, dim2=-1)"})
    default Tensor diagonal(long offset, long dim1, long dim2) {
        int a = Dims.wrap("diagonal", dim1, self().dim());
        int b = Dims.wrap("diagonal", dim2, self().dim());
        if (a == b || self().dim() < 2) {
            throw CressetException.runtime("diagonal: dimensions " + dim1 + " and " + dim2 + " of shape "
                    + self().shape() + " must exist and differ");
        }
        return Views.Diagonal.OP.on(new Views.Longs(offset, a, b), self());
    }

    /** Windows of {@code size} every {@code step} of a dimension, as a new last one. As {@code Tensor.unfold}. */
    @Torch("Tensor.unfold(self, dimension, size, step)")
    default Tensor unfold(long dimension, long size, long step) {
        int d = Dims.wrap("unfold", dimension, self().dim());
        long n = self().dim() == 0 ? 1 : self().size(d);
        if (size < 0 || size > n || step < 1) {
            throw CressetException.runtime(
                    "unfold: windows of " + size + " every " + step + " don't fit dimension " + d + " of size " + n);
        }
        return Views.Unfold.OP.on(new Views.Longs(d, size, step), self());
    }

    /**
     * Any strides over this tensor's memory; inside {@code vmap} and {@code jvp} over a row-major copy of the example or the
     * value. As {@code torch.as_strided}.
     */
    @Torch("as_strided(self, size, stride, storage_offset=None)")
    default Tensor asStrided(long[] size, long[] stride, @Nullable Long storageOffset) {
        if (!(self() instanceof Dense x)) {
            Tensor row = self().contiguous();
            long from = storageOffset == null ? 0 : storageOffset;
            return StridedView.OP.on(StridedView.rowMajor(row.shape(), Shape.of(size), stride.clone(), from), row);
        }
        long offset = storageOffset == null ? x.storageOffset() : storageOffset;
        return StridedView.OP.on(StridedView.attrs(x, Shape.of(size), stride.clone(), offset), x);
    }

    /** Dimensions reversed; a copy. As {@code torch.flip}. */
    @Torch("flip(self, *dims)")
    default Tensor flip(long... dims) {
        if (dims.length == 0) {
            return self().clone();
        }
        long mask = 0;
        for (int d : Dims.wrapAll("flip", dims, self().dim())) {
            mask |= 1L << d;
        }
        return Flip.OP.on(new Flip.Attrs(mask), self());
    }

    /** Equal pieces along a dimension, the last perhaps smaller. As {@code torch.split}. */
    default Tensor[] split(long splitSize, long dim) {
        Tensor x = self();
        int d = Dims.wrap("split", dim, x.dim());
        long n = x.size(d);
        if (splitSize < 0 || splitSize == 0 && n != 0) {
            throw CressetException.runtime("split: pieces of " + splitSize + " can't make up size " + n);
        }
        int count = splitSize == 0 ? 1 : Math.max(1, (int) ((n + splitSize - 1) / splitSize));
        Tensor[] parts = new Tensor[count];
        for (int i = 0; i < count; i++) {
            parts[i] = narrow(d, i * splitSize, Math.min(splitSize, n - i * splitSize));
        }
        return parts;
    }

    /** Pieces of given sizes along a dimension. As {@code torch.split_with_sizes}. */
    @Torch("split_with_sizes(self, split_sizes, dim=0)")
    default Tensor[] split(long[] splitSizes, long dim) {
        Tensor x = self();
        int d = Dims.wrap("split", dim, x.dim());
        if (Arrays.stream(splitSizes).sum() != x.size(d)
                || Arrays.stream(splitSizes).anyMatch(s -> s < 0)) {
            throw CressetException.runtime("split: sizes " + Arrays.toString(splitSizes) + " don't add up to "
                    + x.size(d) + ", the size of dimension " + d);
        }
        Tensor[] parts = new Tensor[splitSizes.length];
        long at = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = narrow(d, at, splitSizes[i]);
            at += splitSizes[i];
        }
        return parts;
    }

    /** At most {@code chunks} pieces of equal size along a dimension. As {@code torch.chunk}. */
    @Torch("chunk(self, chunks, dim=0)")
    default Tensor[] chunk(long chunks, long dim) {
        if (chunks < 1) {
            throw CressetException.runtime("chunk: " + chunks + " chunks; expected at least 1");
        }
        if (self().dim() == 0) {
            throw CressetException.runtime("chunk: expects at least one dimension");
        }
        long n = self().size(Dims.wrap("chunk", dim, self().dim()));
        long size = (n + chunks - 1) / chunks;
        if (size == 0) {
            return split(new long[(int) chunks], dim);
        }
        return split(size, dim);
    }

    /** The slices along a dimension. As {@code torch.unbind}. */
    @Torch("unbind(self, dim=0)")
    default Tensor[] unbind(long dim) {
        if (self().dim() == 0) {
            throw CressetException.index("unbind: dim " + dim + " of a tensor of " + self().dtype()
                    + " without dimensions; expected at least one");
        }
        int d = Dims.wrap("unbind", dim, self().dim());
        Tensor[] parts = new Tensor[(int) self().size(d)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = select(d, i);
        }
        return parts;
    }

    /** Copies laid side by side. As {@code Tensor.repeat}. */
    @Torch("Tensor.repeat(self, *repeats)")
    default Tensor repeat(long... repeats) {
        Tensor x = self();
        int lead = repeats.length - x.dim();
        if (lead < 0) {
            throw CressetException.runtime("repeat: " + repeats.length + " counts for a tensor of shape " + x.shape());
        }
        long[] spread = new long[2 * repeats.length];
        long[] ones = new long[2 * repeats.length];
        long[] result = new long[repeats.length];
        for (int i = 0; i < repeats.length; i++) {
            long n = i < lead ? 1 : x.size(i - lead);
            ones[2 * i] = 1;
            ones[2 * i + 1] = n;
            spread[2 * i] = repeats[i];
            spread[2 * i + 1] = n;
            result[i] = n * repeats[i];
        }
        Tensor tiled = x.reshape(ones).expand(spread);
        return ToCopy.OP
                .on(new ToCopy.Attrs(x.dtype(), ToCopy.Order.ROW_MAJOR), tiled)
                .reshape(result);
    }

    /** The real parts; of a real tensor itself. As {@code torch.real}. */
    @Torch("real(self)")
    default Tensor real() {
        return self().dtype().isComplex() ? ComplexViews.Part.OP.on(new Views.Longs(0), self()) : self();
    }

    /** The imaginary parts of a complex tensor. As {@code torch.imag}. */
    @Torch("imag(self)")
    default Tensor imag() {
        if (!self().dtype().isComplex()) {
            throw CressetException.runtime("imag: a tensor of " + self().dtype() + " has no imaginary part");
        }
        return ComplexViews.Part.OP.on(new Views.Longs(1), self());
    }

    /** In row-major order: this tensor if it is, else a copy. As {@code Tensor.contiguous}. */
    @Torch("Tensor.contiguous(self)")
    default Tensor contiguous() {
        Tensor x = self();
        if (x instanceof Dense d && d.isContiguous()) {
            return x;
        }
        return ToCopy.OP.on(new ToCopy.Attrs(x.dtype(), ToCopy.Order.ROW_MAJOR), x);
    }

    /** In another dtype: this tensor if it has it already. As {@code Tensor.to}. */
    @Torch("Tensor.to(self, dtype)")
    default Tensor to(DType dtype) {
        Tensor x = self();
        return x.dtype() == dtype ? x : ToCopy.OP.on(new ToCopy.Attrs(dtype, ToCopy.Order.PRESERVE), x);
    }

    /**
     * (N, C, ...) with the channels innermost in memory, which convolutions are fastest with; the shape stays. The tensor
     * itself if it is so already.
     */
    default Tensor channelsLast() {
        if (self().dim() < 3) {
            throw CressetException.runtime("channelsLast: expected (N, C, ...), got shape " + self().shape());
        }
        if (self() instanceof Dense d && Arrays.equals(d.stridesRaw(), ToCopy.channelsLast(d.shape()))) {
            return d;
        }
        return ToCopy.OP.on(new ToCopy.Attrs(self().dtype(), ToCopy.Order.CHANNELS_LAST), self());
    }
}
