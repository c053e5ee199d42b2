package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.op.Broadcast;
import org.cresset.op.Gathering;
import org.jspecify.annotations.Nullable;

/** Picking elements by position, and putting them back. */
public sealed interface IndexOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /**
     * Python's {@code x[...]}: numbers, slices ({@link Index}), null for a whole dimension, tensors of positions or masks.
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

    /** Python's {@code x[...] = value}. */
    default Tensor set(Tensor value, @Nullable Object... index) {
        Indexing.set(self(), value, index);
        return self();
    }

    /** Python's {@code x[...] = value}. */
    default Tensor set(Number value, @Nullable Object... index) {
        return set(Tensor.number(value), index);
    }

    /** Elements along a dimension by an index of the result's shape. As {@code torch.gather}. */
    @Torch("gather(self, dim, index, *, sparse_grad=False)")
    default Tensor gather(long dim, Tensor index) {
        return Gathering.Gather.OP.on(new Gathering.Along(Dims.wrap("gather", dim, self().dim())), self(), index);
    }

    /** Values put where an index says. As {@code torch.scatter}. */
    default Tensor scatter(long dim, Tensor index, Tensor src) {
        return scattered(dim, index, src, null, true);
    }

    /** One value put where an index says. As {@code torch.scatter}. */
    default Tensor scatter(long dim, Tensor index, Number value) {
        return scatter(dim, index, Tensor.full(index.shape(), value.doubleValue(), self().dtype()));
    }

    /** Values added where an index says. As {@code torch.scatter_add}. */
    @Torch("scatter_add(self, dim, index, src)")
    default Tensor scatterAdd(long dim, Tensor index, Tensor src) {
        return scattered(dim, index, src, "sum", true);
    }

    /** Values combined where an index says: sum, prod, mean, amax or amin. As {@code torch.scatter_reduce}. */
    @Torch("scatter_reduce(self, dim, index, src, reduce, *, include_self=True)")
    default Tensor scatterReduce(long dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        if ("mean".equals(reduce)) {
            Tensor x = self();
            Tensor sum = scattered(dim, index, src, "sum", includeSelf);
            Tensor one = src.onesLike();
            Tensor base = includeSelf ? x.onesLike() : x.zerosLike();
            Tensor count = base.scatterAdd(dim, index, one);
            Tensor n = Tensor.where(count.eq(0), count.onesLike(), count);
            return x.dtype().isDifferentiable() ? sum.div(n) : sum.floorDivide(n);
        }
        if (!reduce.equals("sum") && !reduce.equals("prod") && !reduce.equals("amax") && !reduce.equals("amin")) {
            throw CressetException.runtime(
                    "scatter_reduce: reduce is \"" + reduce + "\"; expected sum, prod, mean, amax or amin");
        }
        return scattered(dim, index, src, reduce, includeSelf);
    }

    private Tensor scattered(long dim, Tensor index, Tensor src, @Nullable String how, boolean includeSelf) {
        int d = Dims.wrap("scatter", dim, self().dim());
        return Gathering.Scatter.OP.on(new Gathering.Scattering(d, how, includeSelf), self(), index, src);
    }

    /** Slices of a dimension by a vector of positions. As {@code torch.index_select}. */
    @Torch("index_select(self, dim, index)")
    default Tensor indexSelect(long dim, Tensor index) {
        return Gathering.IndexSelect.OP.on(
                new Gathering.Along(Dims.wrap("index_select", dim, self().dim())), self(), index);
    }

    /** Slices of a source added to those at positions of a dimension. As {@code torch.index_add}. */
    default Tensor indexAdd(long dim, Tensor index, Tensor source) {
        return Gathering.IndexAdd.OP.on(
                new Gathering.Along(Dims.wrap("index_add", dim, self().dim())), self(), index, source);
    }

    /** Slices of a source, times alpha, added to those at positions of a dimension. As {@code torch.index_add}. */
    @Torch("index_add(self, dim, index, source, *, alpha=1)")
    default Tensor indexAdd(long dim, Tensor index, Tensor source, Number alpha) {
        return indexAdd(dim, index, IntegerChecks.isOne(alpha) ? source : source.mul(alpha));
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

    /** A value of rank 0 where a mask is true. As {@code torch.masked_fill}. */
    @Torch("masked_fill(self, mask, value)")
    default Tensor maskedFill(Tensor mask, Tensor value) {
        if (value.dim() != 0) {
            throw CressetException.runtime(
                    "masked_fill: the value has shape " + value.shape() + "; expected no dimensions");
        }
        return Tensor.where(mask, value.to(self().dtype()), self());
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
        return Indexing.put(self(), indices, values, accumulate);
    }

    /** The upper triangle, from diagonal k on; the rest 0. As {@code torch.triu}. */
    @Torch("triu(self, diagonal=0)")
    default Tensor triu(long diagonal) {
        return triangle("triu", diagonal, true);
    }

    /** The lower triangle, up to diagonal k; the rest 0. As {@code torch.tril}. */
    @Torch("tril(self, diagonal=0)")
    default Tensor tril(long diagonal) {
        return triangle("tril", diagonal, false);
    }

    private Tensor triangle(String op, long k, boolean upper) {
        Tensor x = self();
        if (x.dim() < 2) {
            throw CressetException.runtime(op + ": expected at least 2 dimensions, got shape " + x.shape());
        }
        Tensor rows = Tensor.arange(x.size(-2)).unsqueeze(1);
        Tensor columns = Tensor.arange(x.size(-1)).unsqueeze(0);
        Tensor distance = columns.sub(rows);
        Tensor keep = upper ? distance.ge(k) : distance.le(k);
        return Tensor.where(keep, x, Tensor.zeros(Shape.SCALAR, x.dtype()));
    }
}
