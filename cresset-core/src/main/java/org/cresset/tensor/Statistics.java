package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.autograd.Context;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/** Variances, norms and sums that are made of other operations. */
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

    static Tensor vectorNorm(Tensor x, double p, long @Nullable [] dim, boolean keepdim) {
        if (!x.dtype().isDifferentiable()) {
            throw CressetException.runtime(
                    "norm: the input is " + x.dtype() + "; expected a floating-point or complex dtype");
        }
        if (x.dtype() == DType.FLOAT16 || x.dtype() == DType.BFLOAT16) {
            // Powers rounded to half precision would lose most of the digits, and overflow.
            return vectorNorm(x.to(DType.FLOAT32), p, dim, keepdim).to(x.dtype());
        }
        long[] d = dims("norm", x, dim);
        if (p == 0) {
            return x.ne(0).to(x.dtype().real()).sum(d, keepdim);
        }
        Tensor a = x.dtype().isComplex() || p != 2 ? x.abs() : x;
        if (p == Double.POSITIVE_INFINITY) {
            return a.amax(d, keepdim);
        }
        if (p == Double.NEGATIVE_INFINITY) {
            return a.amin(d, keepdim);
        }
        if (p == 1) {
            return a.sum(d, keepdim);
        }
        Tensor sum = (p == 2 ? a.mul(a) : a.pow(p)).sum(d, keepdim);
        Tensor root = p == 2 ? sum.sqrt() : sum.pow(1 / p);
        if (!recording(x)) {
            return root;
        }
        // The root has no derivative at 0, where the norm's subgradient is 0.
        Tensor safe = Tensor.where(sum.eq(0), sum.onesLike(), sum);
        Tensor smooth = p == 2 ? safe.sqrt() : safe.pow(1 / p);
        return Tensor.where(sum.eq(0), sum.zerosLike(), smooth);
    }

    /** Whether a derivative may be asked for. */
    private static boolean recording(Tensor x) {
        return x.requiresGrad() || Context.current().transform() != null;
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
