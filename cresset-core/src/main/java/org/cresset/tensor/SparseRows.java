package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.DistinctRows;

/**
 * The gradient of a table of which only some rows were used, as a sparse {@code torch.Tensor} with one sparse dimension. What
 * is done with it costs as much as the rows that were used, not as the table.
 *
 * @param indices which rows, in any order; int64 (n); a row given twice has the sum of both
 * @param values their gradients, (n, ...), where ... is the shape of one row
 */
public record SparseRows(Tensor indices, Tensor values) {
    /**
     * Checks that there is one index for each row.
     *
     * @throws CressetException if not
     */
    public SparseRows {
        if (indices.dim() != 1
                || !indices.dtype().isInteger()
                || values.dim() < 1
                || values.size(0) != indices.size(0)) {
            throw CressetException.runtime("SparseRows: indices " + indices.dtype() + indices.shape() + " and values "
                    + values.dtype() + values.shape() + "; expected integers (n,) and rows (n, ...)");
        }
    }

    /** With rows in order and each only once, as {@code torch.Tensor.coalesce}. */
    public SparseRows coalesce() {
        long[] rows = indices.to(DType.INT64).toLongArray();
        DistinctRows distinct = DistinctRows.of(rows);
        if (Arrays.equals(rows, distinct.rows())) {
            return this;
        }
        long[] places = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            places[i] = distinct.place(rows[i]);
        }
        long[] unique = distinct.rows();
        return new SparseRows(Tensor.of(unique), new SparseRows(Tensor.of(places), values).toDense(unique.length));
    }

    /** As a tensor of {@code size} rows, zeros where there are none. As {@code to_dense}. */
    public Tensor toDense(long size) {
        long[] shape = values.shape().toArray();
        shape[0] = size;
        Tensor zeros = Tensor.zeros(Shape.of(shape), values.dtype());
        addTo(zeros);
        return zeros;
    }

    /** Adds the rows to those of a tensor, in place. */
    void addTo(Tensor table) {
        Autograd.noGrad(() -> {
            table.indexAdd_(0, indices.to(DType.INT64), values);
        });
    }

    /** How many rows there are, those given twice counted twice. */
    long count() {
        return indices.size(0);
    }

    /** The sum with others of the same table: all rows after each other. */
    SparseRows and(SparseRows more) {
        return Autograd.noGrad(
                () -> new SparseRows(Tensor.cat(0, indices, more.indices), Tensor.cat(0, values, more.values)));
    }

    /** A copy that stays when a scope ends. */
    SparseRows copied() {
        return Autograd.noGrad(() ->
                        new SparseRows(indices.detach().clone(), values.detach().clone()))
                .keep();
    }

    /** Lets the memory stay when a scope ends; returns this. */
    SparseRows keep() {
        indices.dense("grad").storage().keep();
        values.dense("grad").storage().keep();
        return this;
    }

    void free() {
        indices.dense("grad").storage().free();
        values.dense("grad").storage().free();
    }
}
