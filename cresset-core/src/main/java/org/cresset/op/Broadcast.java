package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** NumPy's and PyTorch's rule for operands of different shapes. */
public final class Broadcast {
    private Broadcast() {}

    /** The common shape of the operands that aren't null. */
    public static Shape shapes(String op, @Nullable Tensor... in) {
        Shape s = null;
        for (Tensor t : in) {
            if (t != null) {
                s = s == null || s == t.shape() ? t.shape() : shapes(op, s, t.shape());
            }
        }
        return s == null ? Shape.SCALAR : s;
    }

    /** The common shape of two. */
    public static Shape shapes(String op, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int n = Math.max(a.rank(), b.rank());
        long[] dims = new long[n];
        for (int i = 1; i <= n; i++) {
            long x = i <= a.rank() ? a.size(a.rank() - i) : 1;
            long y = i <= b.rank() ? b.size(b.rank() - i) : 1;
            if (x != y && x != 1 && y != 1) {
                throw CressetException.runtime(op + ": shapes " + a + " and " + b + " don't broadcast: sizes " + x
                        + " and " + y + " at dimension " + (n - i) + " differ and neither is 1");
            }
            dims[n - i] = x == 1 ? y : x;
        }
        return Shape.of(dims);
    }
}
