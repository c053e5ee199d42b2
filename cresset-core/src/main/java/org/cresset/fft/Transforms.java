package org.cresset.fft;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Fourier;
import org.cresset.op.Precision;
import org.cresset.op.Views;
import org.cresset.tensor.Dims;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Sizes, dimensions, dtypes and factors of transforms. */
final class Transforms {
    private Transforms() {}

    /** Dimensions from 0 and the size to transform of each. */
    record Plan(long[] dims, long[] sizes) {
        long count() {
            return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        }

        int last() {
            return (int) dims[dims.length - 1];
        }

        Plan withoutLast() {
            return new Plan(Arrays.copyOf(dims, dims.length - 1), Arrays.copyOf(sizes, sizes.length - 1));
        }
    }

    private static int dim(String op, long d, Tensor x) {
        if (x.dim() == 0) {
            throw CressetException.index(op + ": dimension " + d + ", but the tensor has no dimensions");
        }
        return Dims.wrap(op, d, x.dim());
    }

    static Plan one(String op, Tensor x, @Nullable Long n, long dim) {
        int d = dim(op, dim, x);
        return checked(op, new long[] {d}, new long[] {n == null ? x.size(d) : n});
    }

    static Plan several(String op, Tensor x, long @Nullable [] s, long @Nullable [] dim) {
        int rank = x.dim();
        int count = dim != null ? dim.length : s != null ? s.length : rank;
        if (s != null && s.length != count) {
            throw CressetException.runtime(op + ": " + s.length + " sizes for " + count + " dimensions");
        }
        if (count > rank && dim == null) {
            throw CressetException.runtime(op + ": " + count + " sizes for a tensor of shape " + x.shape());
        }
        long[] dims = new long[count];
        long[] sizes = new long[count];
        for (int i = 0; i < count; i++) {
            dims[i] = dim != null ? dim(op, dim[i], x) : rank - count + i;
            sizes[i] = s == null || s[i] == -1 ? x.size((int) dims[i]) : s[i];
        }
        if (Arrays.stream(dims).distinct().count() != count) {
            throw CressetException.runtime(op + ": a dimension comes twice in " + Arrays.toString(dim));
        }
        return checked(op, dims, sizes);
    }

    /** With the size of the real result in the last place, which by default is twice that of what it is made from less 2. */
    static Plan toReal(String op, Tensor x, Plan p, boolean given) {
        if (p.dims.length == 0) {
            throw CressetException.runtime(op + ": there must be at least one dimension to transform");
        }
        if (given) {
            return p;
        }
        long[] sizes = p.sizes.clone();
        sizes[sizes.length - 1] = 2 * (sizes[sizes.length - 1] - 1);
        return checked(op, p.dims, sizes);
    }

    private static Plan checked(String op, long[] dims, long[] sizes) {
        for (long n : sizes) {
            if (n < 1) {
                throw CressetException.runtime(op + ": " + n + " points can't be transformed; expected at least 1");
            }
        }
        return new Plan(dims, sizes);
    }

    private static DType floating(String op, DType t) {
        if (t == DType.FLOAT16 || t == DType.BFLOAT16 || t == DType.COMPLEX32) {
            throw CressetException.runtime(op + ": does not exist for " + t + "; convert to float32 first");
        }
        return t.isDifferentiable() ? t : DType.FLOAT32;
    }

    /** In float32, float64 or the complex type of it. */
    static Tensor real(String op, Tensor x) {
        if (x.dtype().isComplex()) {
            throw CressetException.runtime(op + ": the input is " + x.dtype() + "; expected real numbers");
        }
        Tensor full = Precision.FULL.of(x);
        return full.to(floating(op, full.dtype()));
    }

    /** In complex64 or complex128. */
    static Tensor complex(String op, Tensor x) {
        Tensor full = Precision.FULL.of(x);
        return full.to(floating(op, full.dtype()).complex());
    }

    /** Cut off, or filled up with zeros, to the sizes of a plan. */
    static Tensor fit(Tensor x, long[] dims, long[] sizes) {
        Tensor y = x;
        for (int i = 0; i < dims.length; i++) {
            int d = (int) dims[i];
            long missing = sizes[i] - y.size(d);
            if (missing < 0) {
                y = y.narrow(d, 0, sizes[i]);
            } else if (missing > 0) {
                long[] shape = y.shape().toArray();
                shape[d] = missing;
                y = Tensor.cat(d, y, Tensor.zeros(Shape.of(shape), y.dtype()));
            }
        }
        return y;
    }

    /** The factor of {@code count} points. */
    private static double scale(String op, @Nullable String norm, double count, boolean forward) {
        return switch (norm == null ? "backward" : norm) {
            case "backward" -> forward ? 1 : 1 / count;
            case "forward" -> forward ? 1 / count : 1;
            case "ortho" -> 1 / Math.sqrt(count);
            default ->
                throw CressetException.runtime(
                        op + ": norm is \"" + norm + "\"; expected backward, forward, ortho or none");
        };
    }

    private static Fourier.Attrs attrs(
            String op, Plan p, @Nullable String norm, boolean scaledForward, boolean forward, long size) {
        return new Fourier.Attrs(new Views.Longs(p.dims), scale(op, norm, p.count(), scaledForward), forward, size);
    }

    static Tensor c2c(String op, Tensor x, Plan p, @Nullable String norm, boolean forward) {
        Tensor y = fit(complex(op, x), p.dims, p.sizes);
        Fourier.Attrs a = attrs(op, p, norm, forward, forward, 0);
        return p.dims.length == 0 ? y.clone() : Fourier.C2C.OP.on(a, y);
    }

    /** {@code scaledForward}: whether the norm's factor is that of a forward transform. */
    static Tensor r2c(String op, Tensor x, Plan p, @Nullable String norm, boolean scaledForward) {
        if (p.dims.length == 0) {
            throw CressetException.runtime(op + ": there must be at least one dimension to transform");
        }
        Tensor y = fit(real(op, x), p.dims, p.sizes);
        return Fourier.R2C.OP.on(attrs(op, p, norm, scaledForward, true, 0), y);
    }

    /** From complex {@code x} as it is; {@code p} has the sizes of the result. */
    static Tensor c2r(String op, Tensor x, Plan p, @Nullable String norm, boolean scaledForward) {
        long[] sizes = p.sizes.clone();
        long size = sizes[sizes.length - 1];
        sizes[sizes.length - 1] = size / 2 + 1;
        Tensor y = fit(complex(op, x), p.dims, sizes);
        return Fourier.C2R.OP.on(attrs(op, p, norm, scaledForward, false, size), y);
    }
}
