package org.cresset.tensor;

import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.Gathering;
import org.cresset.op.Positions;
import org.cresset.op.Precision;
import org.cresset.op.Triangle;
import org.jspecify.annotations.Nullable;

/** Picking elements by position, and putting them back. */
public sealed interface IndexOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /**
     * Python's {@code x[...]}: numbers, slices ({@link Index}), null for a whole dimension, tensors or lists of positions, and
     * masks.
     *
     * <pre>{@code
     * x.get(0)                               // x[0]
     * x.get(Index.slice(1, 5), null, idx)    // x[1:5, :, idx]
     * x.get(Index.ELLIPSIS, -1)              // x[..., -1]
     * x.get(x.gt(0))                         // x[x > 0]
     * }</pre>
     */
    default Tensor get(@Nullable Object... index) {
        return Indexing.get(self(), index);
    }

    /**
     * Python's {@code x[index] = value} and Kotlin's; the index has parts as {@link #get} takes them. Returns this tensor.
     *
     * <pre>{@code
     * x.set(0, 5)                            // x[0] = 5
     * x.set(Index.slice(1, 5), idx, y)       // x[1:5, idx] = y
     * x.set(new Object[] {0, 1, 2, 3, 4}, y) // x[0, 1, 2, 3, 4] = y
     * }</pre>
     */
    default Tensor set(@Nullable Object[] index, Tensor value) {
        Indexing.set(self(), value, index);
        return self();
    }

    /** Python's {@code x[index] = value}, with a number everywhere. */
    default Tensor set(@Nullable Object[] index, Number value) {
        return set(index, Tensor.number(value));
    }

    /** Python's {@code x[i] = value}. */
    default Tensor set(@Nullable Object i, Tensor value) {
        return set(new Object[] {i}, value);
    }

    /** Python's {@code x[i] = value}, with a number everywhere. */
    default Tensor set(@Nullable Object i, Number value) {
        return set(new Object[] {i}, value);
    }

    /** Python's {@code x[i, j] = value}. */
    default Tensor set(@Nullable Object i, @Nullable Object j, Tensor value) {
        return set(new Object[] {i, j}, value);
    }

    /** Python's {@code x[i, j] = value}, with a number everywhere. */
    default Tensor set(@Nullable Object i, @Nullable Object j, Number value) {
        return set(new Object[] {i, j}, value);
    }

    /** Python's {@code x[i, j, k] = value}. */
    default Tensor set(@Nullable Object i, @Nullable Object j, @Nullable Object k, Tensor value) {
        return set(new Object[] {i, j, k}, value);
    }

    /** Python's {@code x[i, j, k] = value}, with a number everywhere. */
    default Tensor set(@Nullable Object i, @Nullable Object j, @Nullable Object k, Number value) {
        return set(new Object[] {i, j, k}, value);
    }

    /** Python's {@code x[i, j, k, l] = value}. */
    default Tensor set(@Nullable Object i, @Nullable Object j, @Nullable Object k, @Nullable Object l, Tensor value) {
        return set(new Object[] {i, j, k, l}, value);
    }

    /** Python's {@code x[i, j, k, l] = value}, with a number everywhere. */
    default Tensor set(@Nullable Object i, @Nullable Object j, @Nullable Object k, @Nullable Object l, Number value) {
        return set(new Object[] {i, j, k, l}, value);
    }

    /** Elements along a dimension by an index of the result's shape. As {@code torch.gather}. */
    @Torch("gather(self, dim, index, *, sparse_grad=False)")
    default Tensor gather(long dim, Tensor index) {
        int d = Dims.wrap("gather", dim, self().dim());
        return Gathering.Gather.OP.on(new Gathering.Along("gather", d, Positions.PLAIN), self(), index);
    }

    /**
     * Elements along a dimension by an index taken modulo its size, other sizes broadcast; null: of the flattened tensor. As
     * {@code torch.take_along_dim}.
     */
    @Torch("take_along_dim(self, indices, dim=None)")
    default Tensor takeAlongDim(Tensor indices, @Nullable Long dim) {
        return Scattering.takeAlong(self(), indices, dim);
    }

    /** Values put where an index says. As {@code torch.scatter}. */
    default Tensor scatter(long dim, Tensor index, Tensor src) {
        return Scattering.scattered("scatter", self(), dim, index, src, null, true);
    }

    /** One value put where an index says. As {@code torch.scatter}. */
    default Tensor scatter(long dim, Tensor index, Number value) {
        Tensor one = Tensor.full(Shape.SCALAR, value.doubleValue(), self().dtype());
        return scatter(dim, index, one.expand(index.shape().toArray()));
    }

    /** Values added where an index says. As {@code torch.scatter_add}. */
    @Torch("scatter_add(self, dim, index, src)")
    default Tensor scatterAdd(long dim, Tensor index, Tensor src) {
        return Scattering.scattered("scatter_add", self(), dim, index, src, "sum", true);
    }

    /** Values combined where an index says: sum, prod, mean, amax or amin. As {@code torch.scatter_reduce}. */
    @Torch("scatter_reduce(self, dim, index, src, reduce, *, include_self=True)")
    default Tensor scatterReduce(long dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        Scattering.checkReduce("scatter_reduce", reduce, "sum");
        return Scattering.reduced("scatter_reduce", self(), dim, index, src, reduce, includeSelf, Positions.PLAIN);
    }

    /** Slices of a dimension by a vector of positions. As {@code torch.index_select}. */
    @Torch("index_select(self, dim, index)")
    default Tensor indexSelect(long dim, Tensor index) {
        return Scattering.select(self(), Dims.wrap("index_select", dim, self().dim()), index, Positions.SLICES);
    }

    /** Slices of a source added to those at positions of a dimension. As {@code torch.index_add}. */
    default Tensor indexAdd(long dim, Tensor index, Tensor source) {
        return Scattering.slices("index_add", self(), dim, index, source, "sum", true, Positions.PLAIN);
    }

    /** Slices of a source, times alpha, added to those at positions of a dimension. As {@code torch.index_add}. */
    @Torch("index_add(self, dim, index, source, *, alpha=1)")
    default Tensor indexAdd(long dim, Tensor index, Tensor source, Number alpha) {
        return indexAdd(
                dim,
                index,
                IntegerChecks.isOne(alpha) ? source : source.mul(alpha).to(source.dtype()));
    }

    /** Slices of a source put at positions of a dimension. As {@code torch.index_copy}. */
    @Torch("index_copy(self, dim, index, source)")
    default Tensor indexCopy(long dim, Tensor index, Tensor source) {
        Tensor[] same = Precision.WIDEST.ofAll(self(), source);
        return Scattering.slices("index_copy", same[0], dim, index, same[1], null, true, Positions.SLICES);
    }

    /** Slices combined with those at positions of a dimension: prod, mean, amax or amin. As {@code torch.index_reduce}. */
    @Torch("index_reduce(self, dim, index, source, reduce, *, include_self=True)")
    default Tensor indexReduce(long dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        Scattering.checkReduce("index_reduce", reduce, "prod");
        return Scattering.slices("index_reduce", self(), dim, index, source, reduce, includeSelf, Positions.SLICES);
    }

    /** One value in the slices at positions of a dimension. As {@code torch.index_fill}. */
    default Tensor indexFill(long dim, Tensor index, Number value) {
        return indexFill(dim, index, Tensor.number(value));
    }

    /** A value of rank 0 in the slices at positions of a dimension. As {@code torch.index_fill}. */
    @Torch("index_fill(self, dim, index, value)")
    default Tensor indexFill(long dim, Tensor index, Tensor value) {
        return Scattering.fill(self(), dim, index, value);
    }

    /** Elements put at positions of the flattened tensor, or added there. As {@code torch.put}. */
    @Torch("put(self, index, source, accumulate=False)")
    default Tensor put(Tensor index, Tensor source, boolean accumulate) {
        return Scattering.put(self(), index, source, accumulate);
    }

    /** The elements of a source, one after the other, where a mask is true. As {@code torch.masked_scatter}. */
    @Torch("masked_scatter(self, mask, source)")
    default Tensor maskedScatter(Tensor mask, Tensor source) {
        return Scattering.masked(self(), mask, source);
    }

    /** The elements where a mask is true, in one dimension. As {@code torch.masked_select}. */
    @Torch("masked_select(self, mask)")
    default Tensor maskedSelect(Tensor mask) {
        Shape s = Broadcast.shapes("masked_select", self(), mask);
        return self().expand(s.toArray()).get(mask.expand(s.toArray()));
    }

    /** A value where a mask is true. As {@code torch.masked_fill}. */
    default Tensor maskedFill(Tensor mask, Number value) {
        return maskedFill(mask, Tensor.number(value));
    }

    /** A value of rank 0, which the dtype must be able to hold, where a mask is true. As {@code torch.masked_fill}. */
    @Torch("masked_fill(self, mask, value)")
    default Tensor maskedFill(Tensor mask, Tensor value) {
        return Scattering.maskedFill(self(), mask, value);
    }

    /** Positions of elements that aren't zero, (n, rank). As {@code torch.nonzero}. */
    @Torch({"nonzero(self)", "argwhere(self)"})
    default Tensor nonzero() {
        return Gathering.nonzero(self());
    }

    /** Elements of the flattened tensor. As {@code torch.take}. */
    @Torch("take(self, index)")
    default Tensor take(Tensor index) {
        return self().reshape(-1).get(index);
    }

    /** {@code x} with values at positions replaced, or increased. As {@code torch.index_put}. */
    @Torch("index_put(self, indices, values, accumulate=False)")
    default Tensor indexPut(@Nullable Tensor[] indices, Tensor values, boolean accumulate) {
        return Indexing.changed(self(), values, accumulate, indices);
    }

    /** The upper triangle, from diagonal k on; the rest 0. As {@code torch.triu}. */
    @Torch("triu(self, diagonal=0)")
    default Tensor triu(long diagonal) {
        return Triangle.of(self(), diagonal, true);
    }

    /** The lower triangle, up to diagonal k; the rest 0. As {@code torch.tril}. */
    @Torch("tril(self, diagonal=0)")
    default Tensor tril(long diagonal) {
        return Triangle.of(self(), diagonal, false);
    }
}
