package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Reduce;
import org.jspecify.annotations.Nullable;

/** Dimension numbers, which may count from the end. */
public final class Dims {
    private Dims() {}

    /** {@code dim} counted from 0; rank 0 counts as rank 1. Throws an index error where there is no such dimension. */
    public static int wrap(String op, long dim, int rank) {
        int n = Math.max(rank, 1);
        if (dim < -n || dim >= n) {
            throw CressetException.index(op + ": dimension " + dim + " is out of range for a tensor with " + rank
                    + " dimensions; expected " + -n + " to " + (n - 1));
        }
        return (int) (dim < 0 ? dim + n : dim);
    }

    /** All of {@code dims} counted from 0, none twice; all dimensions if there are none. */
    public static int[] wrapAll(String op, long[] dims, int rank) {
        if (dims.length == 0) {
            int[] all = new int[rank];
            for (int i = 0; i < rank; i++) {
                all[i] = i;
            }
            return all;
        }
        int[] out = new int[dims.length];
        long seen = 0;
        for (int i = 0; i < dims.length; i++) {
            out[i] = wrap(op, dims[i], rank);
            if ((seen >> out[i] & 1) != 0) {
                throw CressetException.runtime(
                        op + ": dimension " + out[i] + " appears twice in the list of dimensions");
            }
            seen |= 1L << out[i];
        }
        return out;
    }

    /** Dimensions (none or null: all) of x as those of a reduction. */
    static Reduce.Axes axes(String op, Tensor x, long @Nullable [] dims, boolean keepdim, @Nullable DType dtype) {
        if (x.dim() > 64) {
            throw CressetException.runtime(op + ": a tensor of " + x.dim() + " dimensions; expected up to 64");
        }
        long mask = 0;
        for (int d : wrapAll(op, dims == null ? new long[0] : dims, x.dim())) {
            mask |= 1L << d;
        }
        return new Reduce.Axes(x.dim() == 0 ? 0 : mask, keepdim, dtype);
    }
}
