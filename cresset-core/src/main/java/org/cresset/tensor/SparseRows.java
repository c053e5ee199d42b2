package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;

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
        long[] rows = indices.toLongArray();
        long[] unique = Arrays.stream(rows).sorted().distinct().toArray();
        if (Arrays.equals(rows, unique)) {
            return this;
        }
        long[] places = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            places[i] = Arrays.binarySearch(unique, rows[i]);
        }
        long[] shape = values.shape().toArray();
        shape[0] = unique.length;
        Tensor zeros = Tensor.zeros(Shape.of(shape), values.dtype());
        return new SparseRows(
                Tensor.of(unique), Autograd.noGrad(() -> zeros.indexAdd(0, Tensor.of(places), values)));
    }

    /** As a tensor of {@code size} rows, zeros where there are none. As {@code to_dense}. */
    public Tensor toDense(long size) {
        long[] shape = values.shape().toArray();
        shape[0] = size;
        Tensor zeros = Tensor.zeros(Shape.of(shape), values.dtype());
        return Autograd.noGrad(() -> zeros.indexAdd(0, indices.to(DType.INT64), values));
    }

    /** The sum with others of the same table: all rows after each other. */
    SparseRows and(SparseRows more) {
        return Autograd.noGrad(() -> new SparseRows(
                Tensor.cat(0, indices, more.indices), Tensor.cat(0, values, more.values)));
    }

    /** A copy that stays when a scope ends. */
    SparseRows kept() {
        SparseRows copy = Autograd.noGrad(() -> new SparseRows(indices.detach().clone(), values.detach().clone()));
        copy.indices.dense("grad").storage().keep();
        copy.values.dense("grad").storage().keep();
        return copy;
    }

    void free() {
        indices.dense("grad").storage().free();
        values.dense("grad").storage().free();
    }
}
