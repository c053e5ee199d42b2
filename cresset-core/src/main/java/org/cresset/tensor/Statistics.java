package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/** Variances and sums that are made of other operations. */
final class Statistics {
    private Statistics() {}

    static long[] dims(String op, Tensor x, long @Nullable [] dim) {
        int[] d = Dims.wrapAll(op, dim == null ? new long[0] : dim, x.dim());
        return Arrays.stream(d).asLongStream().toArray();
    }

    static Tensor[] varMean(Tensor x, long @Nullable [] dim, double correction, boolean keepdim) {
        if (!x.dtype().isDifferentiable()) {
            throw CressetException.runtime(
                    "var: the input is " + x.dtype() + "; expected a floating-point or complex dtype");
        }
        long[] d = dims("var", x, dim);
        if (x.dim() == 0) {
            Tensor v = correction >= 1 ? x.mul(Double.NaN) : x.sub(x);
            return new Tensor[] {x.dtype().isComplex() ? v.real() : v, x.clone()};
        }
        Tensor mean = x.mean(d, true, null);
        Tensor centered = x.sub(mean);
        Tensor squares = x.dtype().isComplex()
                ? centered.real().square().add(centered.imag().square())
                : centered.square();
        double n = 1;
        for (long i : d) {
            n *= x.size((int) i);
        }
        Tensor var = squares.sum(d, keepdim).div(Math.max(0, n - correction));
        return new Tensor[] {var, keepdim ? mean : mean.reshape(var.shape().toArray())};
    }

    static Tensor sumToSize(Tensor x, long[] size) {
        if (size.length == 0 && x.dtype() == DType.BOOL) {
            return x.sum();
        }
        int lead = x.dim() - size.length;
        long[] reduce = new long[x.dim()];
        int n = 0;
        for (int d = 0; d < x.dim(); d++) {
            if (d < lead || size[d - lead] == 1 && x.size(d) != 1) {
                reduce[n++] = d;
            } else if (size[d - lead] != x.size(d)) {
                throw CressetException.runtime(
                        "sum_to_size: shape " + x.shape() + " can't be summed to " + Arrays.toString(size));
            }
        }
        if (size.length == 0) { // a sum also where there is one element: of integers in int64
            return x.sum();
        }
        if (n == 0) {
            return x;
        }
        Tensor y = x.sum(Arrays.copyOf(reduce, n), true, null);
        return lead == 0 ? y : y.reshape(size);
    }
}
