package org.cresset.optim;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;

/**
 * The gradient of a table of which only some rows were used, as a sparse {@code torch.Tensor} with one sparse dimension.
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
        return Autograd.noGrad(() -> {
            long[] shape = values.shape().toArray();
            shape[0] = unique.length;
            Tensor sums = Tensor.zeros(Shape.of(shape), values.dtype());
            for (int i = 0; i < rows.length; i++) {
                sums.select(0, Arrays.binarySearch(unique, rows[i])).add_(values.select(0, i));
            }
            return new SparseRows(Tensor.of(unique), sums);
        });
    }

    /** As a tensor of {@code size} rows, zeros where there are none. As {@code to_dense}. */
    public Tensor toDense(long size) {
        long[] shape = values.shape().toArray();
        shape[0] = size;
        Tensor zeros = Tensor.zeros(Shape.of(shape), values.dtype());
        return Autograd.noGrad(() -> zeros.indexAdd(0, indices.to(DType.INT64), values));
    }
}
