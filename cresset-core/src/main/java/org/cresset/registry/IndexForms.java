package org.cresset.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.random.Generator;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Segments;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.cresset.tensor.Uniques;
import org.jspecify.annotations.Nullable;

/** PyTorch's forms of picking, splitting and joining functions that have another form in Java. */
public final class IndexForms {
    private IndexForms() {}

    /** One tensor, or as many as are asked for. As {@code torch.unique}. */
    @Torch("unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None)")
    public static Object unique(
            Tensor self, boolean sorted, boolean returnInverse, boolean returnCounts, @Nullable Long dim) {
        return parts(self.unique(returnInverse, returnCounts, dim));
    }

    /** One tensor, or as many as are asked for. As {@code torch.unique_consecutive}. */
    @Torch("unique_consecutive(self, return_inverse=False, return_counts=False, dim=None)")
    public static Object uniqueConsecutive(
            Tensor self, boolean returnInverse, boolean returnCounts, @Nullable Long dim) {
        return parts(self.uniqueConsecutive(returnInverse, returnCounts, dim));
    }

    private static Object parts(Uniques u) {
        List<Tensor> parts = new ArrayList<>();
        parts.add(u.output());
        if (u.inverse() != null) {
            parts.add(u.inverse());
        }
        if (u.counts() != null) {
            parts.add(u.counts());
        }
        return parts.size() == 1 ? u.output() : parts.toArray(new Tensor[0]);
    }

    /** 0 as often as the first number says, 1 as often as the second, ... As {@code torch.repeat_interleave}. */
    @Torch("repeat_interleave(repeats: Tensor, *, output_size=None)")
    public static Tensor repeatInterleave(Tensor repeats, @Nullable Long outputSize) {
        return Tensor.arange(repeats.numel()).to(repeats.dtype()).repeatInterleave(repeats, null, outputSize);
    }

    /** Every tensor with at least one dimension. As {@code torch.atleast_1d}. */
    @Torch("atleast_1d(tensors)")
    public static Tensor[] atleast1d(Tensor[] tensors) {
        Tensor[] all = tensors.clone();
        Arrays.setAll(all, i -> tensors[i].atleast1d());
        return all;
    }

    /** Every tensor with at least two dimensions. As {@code torch.atleast_2d}. */
    @Torch("atleast_2d(tensors)")
    public static Tensor[] atleast2d(Tensor[] tensors) {
        Tensor[] all = tensors.clone();
        Arrays.setAll(all, i -> tensors[i].atleast2d());
        return all;
    }

    /** Every tensor with at least three dimensions. As {@code torch.atleast_3d}. */
    @Torch("atleast_3d(tensors)")
    public static Tensor[] atleast3d(Tensor[] tensors) {
        Tensor[] all = tensors.clone();
        Arrays.setAll(all, i -> tensors[i].atleast3d());
        return all;
    }

    /** Every step-th index of a dimension. As {@code torch.ops.aten.slice}. */
    @Torch("ops.aten.slice.Tensor(self, dim=0, start=None, end=None, step=1)")
    public static Tensor slice(Tensor self, long dim, @Nullable Long start, @Nullable Long end, long step) {
        if (self.dim() == 0) {
            throw CressetException.runtime("slice: a tensor without dimensions can't be sliced");
        }
        if (step < 1) {
            throw CressetException.runtime("slice: step is " + step + "; expected at least 1");
        }
        return self.slice(dim, start, end, step);
    }

    /** Drawn into a tensor of int64. As {@code torch.multinomial}. */
    @Torch("multinomial(self, num_samples, replacement=False, *, generator=None, out)")
    public static Tensor multinomial(
            Tensor self, long numSamples, boolean replacement, @Nullable Generator generator, Tensor out) {
        if (out.dtype() != DType.INT64) {
            throw CressetException.runtime("multinomial: out is " + out.dtype() + "; expected int64");
        }
        return out.copy_(self.multinomial(numSamples, replacement, generator));
    }

    /** With the start in a tensor. As {@code torch.narrow}. */
    @Torch("narrow(self, dim, start: Tensor, length)")
    public static Tensor narrow(Tensor self, long dim, Tensor start, long length) {
        if (start.dim() != 0 || start.dtype().isDifferentiable() || start.dtype() == DType.BOOL) {
            throw CressetException.runtime(
                    "narrow: the start is " + start.dtype() + start.shape() + "; expected one integer");
        }
        return self.narrow(dim, start.itemLong(), length);
    }

    /**
     * The first elements of the memory in another shape; where it is too short, a longer copy with unknown content behind.
     * Java tensors keep their shape: this is a result, not a change of {@code self}. As {@code Tensor.resize_}.
     */
    @Torch("Tensor.resize_(self, *size, memory_format=None)")
    public static Tensor resize(Tensor self, long[] size, @Nullable String memoryFormat) {
        if (self.requiresGrad()) {
            throw CressetException.runtime("resize_: tensors that require a gradient can't be resized");
        }
        Shape shape = Shape.of(size);
        if (!(self
                instanceof Dense x)) { // an example of a batch has no memory: its elements in row-major order are meant
            Tensor flat = self.reshape(-1);
            long missing = shape.numel() - flat.numel();
            Tensor enough = missing <= 0
                    ? flat.narrow(0, 0, shape.numel())
                    : Tensor.cat(0, flat, self.newFull(Shape.of(missing), 0, self.dtype()));
            return enough.reshape(size);
        }
        if (shape.equals(x.shape()) && memoryFormat == null) {
            return x;
        }
        long available = (x.storage().bytes() >> x.dtype().shift()) - x.storageOffset();
        if (shape.numel() <= available) {
            return x.view(shape, shape.contiguousStrides(), x.storageOffset());
        }
        Tensor longer = Tensor.empty(x.dtype(), shape.numel());
        longer.narrow(0, 0, x.numel()).copy_(x.reshape(-1));
        return longer.reshape(size);
    }

    /** {@link #resize} to the shape of another tensor. As {@code Tensor.resize_as_}. */
    @Torch({
        "Tensor.resize_as_(self, the_template, *, memory_format=None)",
        "resize_as_(self, the_template, *, memory_format=None)"
    })
    public static Tensor resizeAs(Tensor self, Tensor theTemplate, @Nullable String memoryFormat) {
        return resize(self, theTemplate.shape().toArray(), memoryFormat);
    }

    /** Elements at positions where a mask is true, else a number; positions are cut to the range. As {@code torch._unsafe_masked_index}. */
    @Torch("_unsafe_masked_index(self, mask, indices, fill)")
    public static Tensor unsafeMaskedIndex(Tensor self, Tensor mask, @Nullable Tensor[] indices, Tensor fill) {
        Object[] at = cut(self, indices);
        if (self.numel() == 0) {
            return fill.to(self.dtype()).expand(mask.shape().toArray()).clone();
        }
        return self.get(at).maskedFill(mask.logicalNot(), fill);
    }

    /** Values added at positions where a mask is true. As {@code torch._unsafe_masked_index_put_accumulate}. */
    @Torch("_unsafe_masked_index_put_accumulate(self, mask, indices, values)")
    public static Tensor unsafeMaskedIndexPut(Tensor self, Tensor mask, @Nullable Tensor[] indices, Tensor values) {
        if (self.numel() == 0) {
            return self.clone();
        }
        Object[] at = cut(self, indices);
        @Nullable Tensor[] cut = new Tensor[at.length];
        System.arraycopy(at, 0, cut, 0, at.length);
        return self.indexPut(cut, values.maskedFill(mask.logicalNot(), 0), true);
    }

    private static @Nullable Object[] cut(Tensor self, @Nullable Tensor[] indices) {
        @Nullable Object[] at = new Object[indices.length];
        for (int d = 0; d < at.length; d++) {
            Tensor t = indices[d];
            at[d] = t == null ? null : t.clamp(-self.size(d), self.size(d) - 1);
        }
        return at;
    }

    /** Reductions of stretches of a dimension. As {@code torch._segment_reduce}. */
    @Torch(
            "_segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None)")
    public static Tensor segmentReduce(
            Tensor data,
            String reduce,
            @Nullable Tensor lengths,
            @Nullable Tensor offsets,
            long axis,
            boolean unsafe,
            @Nullable Number initial) {
        return Segments.reduce(data, reduce, lengths, offsets, axis, unsafe, initial);
    }
}
