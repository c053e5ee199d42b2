package org.cresset.optim;

import java.util.Arrays;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;

/** Complex numbers as pairs of real ones: optimizers treat the two parts as separate parameters, as PyTorch does. */
final class Real {
    private Real() {}

    /** The memory of a complex tensor as reals with a last dimension of 2; any other tensor itself. */
    static Dense of(Dense t) {
        if (!t.dtype().isComplex()) {
            return t;
        }
        int n = t.dim();
        long[] sizes = Arrays.copyOf(t.shape().dims(), n + 1);
        long[] strides = new long[n + 1];
        for (int i = 0; i < n; i++) {
            strides[i] = 2 * t.stride(i);
        }
        sizes[n] = 2;
        strides[n] = 1;
        return Dense.over(
                t.storage(),
                Shape.of(sizes),
                strides,
                2 * t.storageOffset(),
                t.dtype().real());
    }
}
