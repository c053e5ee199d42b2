package org.cresset.tensor;

import org.cresset.base.DType;
import org.cresset.op.InPlace;
import org.cresset.op.Positions;
import org.cresset.tensor.Scattering.Writer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of picked elements, running sums and products of matrices, each in place: this tensor becomes the result, which must
 * fit its shape and dtype, and is returned.
 */
public sealed interface InPlaceIndexOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** {@link IndexOps#scatter(long, Tensor, Tensor)} in place. As {@code Tensor.scatter_}. */
    default Tensor scatter_(long dim, Tensor index, Tensor src) {
        return Scattering.scattered(Writer.IN_PLACE, "scatter", self(), dim, index, src, null, true, Positions.PLAIN);
    }

    /** {@link IndexOps#scatter(long, Tensor, Number)} in place. As {@code Tensor.scatter_}. */
    default Tensor scatter_(long dim, Tensor index, Number value) {
        return InPlace.become("scatter_", self(), x -> x.scatter(dim, index, value));
    }

    /** {@link IndexOps#scatterAdd(long, Tensor, Tensor)} in place. As {@code Tensor.scatter_add_}. */
    default Tensor scatterAdd_(long dim, Tensor index, Tensor src) {
        return Scattering.scattered(
                Writer.IN_PLACE, "scatter_add", self(), dim, index, src, "sum", true, Positions.PLAIN);
    }

    /** {@link IndexOps#scatterReduce(long, Tensor, Tensor, String, boolean)} in place. As {@code Tensor.scatter_reduce_}. */
    default Tensor scatterReduce_(long dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        return InPlace.become("scatter_reduce_", self(), x -> x.scatterReduce(dim, index, src, reduce, includeSelf));
    }

    /** {@link IndexOps#indexAdd(long, Tensor, Tensor)} in place. As {@code Tensor.index_add_}. */
    default Tensor indexAdd_(long dim, Tensor index, Tensor source) {
        Scattering.slices(Writer.IN_PLACE, "index_add", self(), dim, index, source, "sum", true, Positions.PLAIN);
        return self();
    }

    /** {@link IndexOps#indexAdd(long, Tensor, Tensor, Number)} in place. As {@code Tensor.index_add_}. */
    default Tensor indexAdd_(long dim, Tensor index, Tensor source, Number alpha) {
        return indexAdd_(
                dim,
                index,
                IntegerChecks.isOne(alpha) ? source : source.mul(alpha).to(source.dtype()));
    }

    /** {@link IndexOps#indexCopy(long, Tensor, Tensor)} in place. As {@code Tensor.index_copy_}. */
    default Tensor indexCopy_(long dim, Tensor index, Tensor source) {
        if (self().dtype() != source.dtype()) {
            return InPlace.become("index_copy_", self(), x -> x.indexCopy(dim, index, source));
        }
        Scattering.slices(Writer.IN_PLACE, "index_copy", self(), dim, index, source, null, true, Positions.SLICES);
        return self();
    }

    /** {@link IndexOps#indexReduce(long, Tensor, Tensor, String, boolean)} in place. As {@code Tensor.index_reduce_}. */
    default Tensor indexReduce_(long dim, Tensor index, Tensor source, String reduce, boolean includeSelf) {
        return InPlace.become("index_reduce_", self(), x -> x.indexReduce(dim, index, source, reduce, includeSelf));
    }

    /** {@link IndexOps#indexFill(long, Tensor, Number)} in place. As {@code Tensor.index_fill_}. */
    default Tensor indexFill_(long dim, Tensor index, Number value) {
        return indexFill_(dim, index, Tensor.number(value));
    }

    /** {@link IndexOps#indexFill(long, Tensor, Tensor)} in place. As {@code Tensor.index_fill_}. */
    default Tensor indexFill_(long dim, Tensor index, Tensor value) {
        return InPlace.become("index_fill_", self(), x -> x.indexFill(dim, index, value));
    }

    /** {@link IndexOps#put(Tensor, Tensor, boolean)} in place. As {@code Tensor.put_}. */
    default Tensor put_(Tensor index, Tensor source, boolean accumulate) {
        return InPlace.become("put_", self(), x -> x.put(index, source, accumulate));
    }

    /** {@link IndexOps#maskedScatter(Tensor, Tensor)} in place. As {@code Tensor.masked_scatter_}. */
    default Tensor maskedScatter_(Tensor mask, Tensor source) {
        return InPlace.become("masked_scatter_", self(), x -> x.maskedScatter(mask, source));
    }

    /** {@link IndexOps#maskedFill(Tensor, Tensor)} in place. As {@code Tensor.masked_fill_}. */
    default Tensor maskedFill_(Tensor mask, Tensor value) {
        return InPlace.become("masked_fill_", self(), x -> x.maskedFill(mask, value));
    }

    /** {@link IndexOps#indexPut(Tensor[], Tensor, boolean)} in place. As {@code Tensor.index_put_}. */
    default Tensor indexPut_(@Nullable Tensor[] indices, Tensor values, boolean accumulate) {
        return InPlace.become("index_put_", self(), x -> x.indexPut(indices, values, accumulate));
    }

    /** {@link IndexOps#triu(long)} in place. As {@code Tensor.triu_}. */
    default Tensor triu_(long diagonal) {
        return InPlace.become("triu_", self(), x -> x.triu(diagonal));
    }

    /** {@link IndexOps#tril(long)} in place. As {@code Tensor.tril_}. */
    default Tensor tril_(long diagonal) {
        return InPlace.become("tril_", self(), x -> x.tril(diagonal));
    }

    /** {@link ReductionOps#cumsum(long)} in place. As {@code Tensor.cumsum_}. */
    default Tensor cumsum_(long dim) {
        return cumsum_(dim, null);
    }

    /** {@link ReductionOps#cumsum(long, DType)} in place. As {@code Tensor.cumsum_}. */
    default Tensor cumsum_(long dim, @Nullable DType dtype) {
        return InPlace.become("cumsum_", self(), x -> x.cumsum(dim, dtype));
    }

    /** {@link ReductionOps#cumprod(long)} in place. As {@code Tensor.cumprod_}. */
    default Tensor cumprod_(long dim) {
        return cumprod_(dim, null);
    }

    /** {@link ReductionOps#cumprod(long, DType)} in place. As {@code Tensor.cumprod_}. */
    default Tensor cumprod_(long dim, @Nullable DType dtype) {
        return InPlace.become("cumprod_", self(), x -> x.cumprod(dim, dtype));
    }

    /** {@link LinalgOps#addmm(Tensor, Tensor, Number, Number)} in place. As {@code Tensor.addmm_}. */
    default Tensor addmm_(Tensor mat1, Tensor mat2, Number beta, Number alpha) {
        return addmm_(mat1, mat2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** {@link LinalgOps#addmm(Tensor, Tensor, Tensor, Tensor)} in place. As {@code Tensor.addmm_}. */
    default Tensor addmm_(Tensor mat1, Tensor mat2, Tensor beta, Tensor alpha) {
        return InPlace.become("addmm_", self(), x -> x.addmm(mat1, mat2, beta, alpha));
    }

    /** {@link LinalgOps#baddbmm(Tensor, Tensor, Number, Number)} in place. As {@code Tensor.baddbmm_}. */
    default Tensor baddbmm_(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return baddbmm_(batch1, batch2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** {@link LinalgOps#baddbmm(Tensor, Tensor, Tensor, Tensor)} in place. As {@code Tensor.baddbmm_}. */
    default Tensor baddbmm_(Tensor batch1, Tensor batch2, Tensor beta, Tensor alpha) {
        return InPlace.become("baddbmm_", self(), x -> x.baddbmm(batch1, batch2, beta, alpha));
    }

    /** {@link LinalgOps#addbmm(Tensor, Tensor, Number, Number)} in place. As {@code Tensor.addbmm_}. */
    default Tensor addbmm_(Tensor batch1, Tensor batch2, Number beta, Number alpha) {
        return addbmm_(batch1, batch2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** {@link LinalgOps#addbmm(Tensor, Tensor, Tensor, Tensor)} in place. As {@code Tensor.addbmm_}. */
    default Tensor addbmm_(Tensor batch1, Tensor batch2, Tensor beta, Tensor alpha) {
        return InPlace.become("addbmm_", self(), x -> x.addbmm(batch1, batch2, beta, alpha));
    }

    /** {@link LinalgOps#addmv(Tensor, Tensor, Number, Number)} in place. As {@code Tensor.addmv_}. */
    default Tensor addmv_(Tensor mat, Tensor vec, Number beta, Number alpha) {
        return addmv_(mat, vec, Tensor.number(beta), Tensor.number(alpha));
    }

    /** {@link LinalgOps#addmv(Tensor, Tensor, Tensor, Tensor)} in place. As {@code Tensor.addmv_}. */
    default Tensor addmv_(Tensor mat, Tensor vec, Tensor beta, Tensor alpha) {
        return InPlace.become("addmv_", self(), x -> x.addmv(mat, vec, beta, alpha));
    }

    /** {@link LinalgOps#addr(Tensor, Tensor, Number, Number)} in place. As {@code Tensor.addr_}. */
    default Tensor addr_(Tensor vec1, Tensor vec2, Number beta, Number alpha) {
        return addr_(vec1, vec2, Tensor.number(beta), Tensor.number(alpha));
    }

    /** {@link LinalgOps#addr(Tensor, Tensor, Tensor, Tensor)} in place. As {@code Tensor.addr_}. */
    default Tensor addr_(Tensor vec1, Tensor vec2, Tensor beta, Tensor alpha) {
        return InPlace.become("addr_", self(), x -> x.addr(vec1, vec2, beta, alpha));
    }

    /** {@link LinalgOps#renorm(double, long, double)} in place. As {@code Tensor.renorm_}. */
    default Tensor renorm_(double p, long dim, double maxnorm) {
        return InPlace.become("renorm_", self(), x -> x.renorm(p, dim, maxnorm));
    }
}
