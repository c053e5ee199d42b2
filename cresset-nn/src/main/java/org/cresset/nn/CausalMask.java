package org.cresset.nn;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Masks that forbid to look at what comes later. */
final class CausalMask {
    private CausalMask() {}

    /** 0 up to the diagonal and minus infinity above: (n, n). */
    static Tensor of(long n, DType dtype) {
        return Tensor.full(Shape.of(n, n), Double.NEGATIVE_INFINITY, dtype).triu(1);
    }

    /** Whether a mask is such a one; {@code known} if not null says it. */
    static boolean is(@Nullable Tensor mask, @Nullable Boolean known, long length) {
        if (known != null) {
            return known;
        }
        if (mask == null || !mask.shape().equals(Shape.of(length, length))) {
            return false;
        }
        Tensor causal = of(length, DType.FLOAT32);
        Tensor expected = mask.dtype() == DType.BOOL ? causal.ne(0) : causal;
        return mask.detach().eq(expected).all().itemBoolean();
    }

    /** The length of sequences (L, E), (L, N, E) or, with {@code batchFirst}, (N, L, E). */
    static long length(Tensor x, boolean batchFirst) {
        return x.size(x.dim() == 3 && batchFirst ? 1 : 0);
    }
}
