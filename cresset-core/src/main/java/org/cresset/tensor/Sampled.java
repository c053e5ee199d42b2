package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/** Differences and trapezoids of samples along a dimension. */
final class Sampled {
    private Sampled() {}

    static Tensor diff(Tensor self, long n, long dim, @Nullable Tensor prepend, @Nullable Tensor append) {
        if (self.dim() == 0) {
            throw CressetException.runtime("diff: expected at least one dimension");
        }
        if (n < 0) {
            throw CressetException.runtime("diff: n is " + n + "; expected at least 0");
        }
        int d = Dims.wrap("diff", dim, self.dim());
        if (n == 0) {
            return self.clone();
        }
        Tensor x = self;
        for (Tensor more : new Tensor[] {prepend, append}) {
            if (more == null) {
                continue;
            }
            boolean fits = more.dim() == self.dim();
            for (int i = 0; fits && i < more.dim(); i++) {
                fits = i == d || more.size(i) == self.size(i);
            }
            if (!fits) {
                throw CressetException.runtime("diff: shape " + more.shape() + " doesn't continue shape " + self.shape()
                        + " in dimension " + d);
            }
            x = more == prepend ? Tensor.cat(d, more, x) : Tensor.cat(d, x, more);
        }
        for (long i = Math.min(n, x.size(d)); i > 0; i--) {
            long m = Math.max(x.size(d) - 1, 0);
            Tensor after = x.narrow(d, Math.min(1, x.size(d)), m);
            Tensor before = x.narrow(d, 0, m);
            x = x.dtype() == DType.BOOL ? after.ne(before) : after.sub(before);
        }
        return x;
    }

    static Tensor checked(String op, Tensor t) {
        if (t.dtype() == DType.BOOL) {
            throw CressetException.runtime(op + ": does not exist for bool");
        }
        return t;
    }

    /** Sums of neighbours. */
    static Tensor pairs(String op, Tensor y, int dim) {
        if (y.dim() == 0) {
            throw CressetException.index(op + ": samples without dimensions");
        }
        long n = y.size(dim);
        long m = Math.max(n - 1, 0);
        return y.narrow(dim, Math.min(1, n), m).add(y.narrow(dim, 0, m));
    }

    /** The areas between neighbours at places that a vector or a tensor like the samples gives. */
    static Tensor areas(String op, Tensor y, Tensor places, int dim) {
        Tensor x = checked(op, places);
        Tensor sums = pairs(op, y, dim);
        int d = dim;
        if (x.dim() == 1) {
            if (x.size(0) != y.size(dim)) {
                throw CressetException.runtime(op + ": " + x.size(0) + " places for " + y.size(dim) + " samples");
            }
            long[] shape = new long[y.dim()];
            Arrays.fill(shape, 1);
            shape[dim] = x.size(0);
            x = x.reshape(shape);
        } else if (x.dim() < y.dim()) {
            long[] shape = new long[y.dim()];
            Arrays.fill(shape, 1);
            for (int i = 0; i < x.dim(); i++) {
                shape[y.dim() - x.dim() + i] = x.size(i);
            }
            x = x.reshape(shape);
        } else {
            d = x.dim() - y.dim() + dim;
        }
        Tensor dx = diff(x, 1, d, null, null);
        return sums.mul(dx).div(2);
    }
}
