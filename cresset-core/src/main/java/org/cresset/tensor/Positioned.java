package org.cresset.tensor;

import org.cresset.base.DType;
import org.cresset.base.Shape;

/** Positions of what isn't zero where their number is given, so that values needn't be known. */
final class Positioned {
    private Positioned() {}

    /** The first {@code size} positions in row-major order, (size, rank); rows that are left hold {@code fill}. */
    static Tensor nonzero(Tensor x, long size, long fill) {
        if (x.dim() == 0) {
            return x.newFull(Shape.of(size, 0), 0, DType.INT64);
        }
        Tensor hit = x.detach().ne(0).reshape(-1);
        Tensor nth = rank(hit);
        Tensor slot =
                Tensor.where(hit.logicalAnd(nth.lt(size)), nth, nth.fullLike(size)); // the last one is for all others
        Tensor flat = x.newFull(Shape.of(size + 1), -1, DType.INT64)
                .scatter(0, slot, Tensor.arange(hit.numel()))
                .narrow(0, 0, size);
        Tensor found = flat.ge(0);
        Tensor[] columns = new Tensor[x.dim()];
        long[] strides = x.shape().contiguousStrides();
        for (int d = 0; d < columns.length; d++) {
            Tensor at = flat.floorDivide(Math.max(1, strides[d])).remainder(Math.max(1, x.size(d)));
            columns[d] = Tensor.where(found, at, at.fullLike(fill));
        }
        return Tensor.stack(1, columns);
    }

    /** How many elements of a vector that are true come before each. */
    static Tensor rank(Tensor mask) {
        return mask.to(DType.INT64).cumsum(0).sub(1);
    }

    /**
     * {@code x} with values where {@code mask}, which speaks of dimensions from {@code d} on, is true: one value for all of
     * these places or one for each in order, with the other dimensions around.
     */
    static Tensor put(Tensor x, Tensor mask, int d, Tensor values, boolean accumulate) {
        int k = mask.dim();
        int rest = x.dim() - d - k;
        Tensor v = values;
        if (v.dim() > rest) {
            int at = v.dim() - rest - 1;
            long given = v.size(at);
            if (given == 0) {
                return x.clone(); // nothing to put anywhere
            }
            long[] dims = new long[v.dim() - 1 + k];
            for (int i = 0; i < dims.length; i++) {
                boolean inside = i >= at && i < at + k;
                dims[i] = inside ? given == 1 ? 1 : mask.size(i - at) : v.size(i < at ? i : i - k + 1);
            }
            if (given != 1) {
                Tensor nth = rank(mask.ne(0).reshape(-1)).clamp(0, given - 1);
                v = v.indexSelect(at, nth);
            }
            v = v.reshape(dims);
        }
        long[] aligned = new long[k + rest];
        for (int i = 0; i < aligned.length; i++) {
            aligned[i] = i < k ? mask.size(i) : 1;
        }
        return Tensor.where(mask.ne(0).reshape(aligned), accumulate ? x.add(v) : v, x);
    }
}
