package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Membership;
import org.jspecify.annotations.Nullable;

/** Different elements and slices, by sorting and comparing neighbours. */
final class Distinct {
    private Distinct() {}

    static Uniques unique(Tensor self, boolean inverse, boolean counts, @Nullable Long dim) {
        Tensor x = self.dense("unique").detach();
        if (x.dtype().isComplex()) {
            throw CressetException.unsupported("unique: does not exist for " + x.dtype());
        }
        if (dim == null) {
            Tensor[] sorted = x.reshape(-1).sort(0);
            Tensor changes = changes(sorted[0]);
            return result(x.shape(), sorted[0].get(changes), changes, sorted[1], inverse, counts);
        }
        int d = Dims.wrap("unique", dim, x.dim());
        Tensor rows = rows("unique", x, d);
        Tensor order = Membership.lexicographic(rows);
        Tensor sorted = rows.indexSelect(0, order);
        Tensor changes = changes(sorted);
        Tensor output = slices(x, d, order.get(changes));
        return result(Shape.of(rows.size(0)), output, changes, order, inverse, counts);
    }

    static Uniques consecutive(Tensor self, boolean inverse, boolean counts, @Nullable Long dim) {
        Tensor x = self.dense("unique_consecutive").detach();
        Integer d = dim == null ? null : (Integer) Dims.wrap("unique_consecutive", dim, x.dim());
        Tensor rows = d == null ? x.reshape(-1) : rows("unique_consecutive", x, d);
        Tensor changes = changes(rows);
        Tensor output =
                d == null ? rows.get(changes) : slices(x, d, changes.nonzero().reshape(-1));
        Shape shape = d == null ? x.shape() : Shape.of(rows.size(0));
        return result(shape, output, changes, null, inverse, counts);
    }

    /** The slices of a dimension as rows. */
    private static Tensor rows(String op, Tensor x, int dim) {
        if (x.dim() == 0) {
            return x.reshape(1, 1);
        }
        long n = x.size(dim);
        if (x.numel() == 0 && n != 0) {
            throw CressetException.runtime(op + ": shape " + x.shape() + " has slices without elements along dimension "
                    + dim + "; expected some");
        }
        return x.movedim(dim, 0).reshape(n, n == 0 ? 0 : x.numel() / n);
    }

    private static Tensor slices(Tensor x, int dim, Tensor index) {
        return x.dim() == 0 ? x.reshape(1) : x.indexSelect(dim, index);
    }

    /** Whether each element or row differs from the one before; the first one does. */
    private static Tensor changes(Tensor x) {
        long n = x.size(0);
        if (n == 0) {
            return Tensor.zeros(Shape.of(0), DType.BOOL);
        }
        Tensor differ = x.narrow(0, 1, n - 1).ne(x.narrow(0, 0, n - 1));
        return Tensor.cat(
                0, Tensor.ones(Shape.of(1), DType.BOOL), x.dim() == 1 ? differ : differ.any(new long[] {1}, false));
    }

    private static Uniques result(
            Shape shape, Tensor output, Tensor changes, @Nullable Tensor order, boolean inverse, boolean counts) {
        Tensor where = null;
        if (inverse) {
            Tensor nth = changes.cumsum(0).sub(1);
            where = (order == null ? nth : nth.zerosLike().scatter(0, order, nth)).reshape(shape.toArray());
        }
        Tensor many = null;
        if (counts) {
            Tensor begins = changes.nonzero().reshape(-1);
            Tensor ends = Tensor.cat(0, begins, Tensor.of(changes.numel()));
            many = ends.narrow(0, 1, begins.numel()).sub(begins);
        }
        return new Uniques(output, where, many);
    }
}
