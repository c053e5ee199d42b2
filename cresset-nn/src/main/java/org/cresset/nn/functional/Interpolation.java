package org.cresset.nn.functional;

import java.util.Arrays;
import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Images brought to another size: all modes of PyTorch are products of one sparse matrix for each dimension, in which row o
 * says from which inputs output o is mixed. Positions are computed as precisely as PyTorch does, in float32 for all types
 * but float64, because rounding decides which neighbours are taken.
 */
final class Interpolation {
    private Interpolation() {}

    /** The number of spatial dimensions that a mode is for; 0: any. */
    private static int dimensions(String mode) {
        return switch (mode) {
            case "nearest", "nearest-exact", "area" -> 0;
            case "linear" -> 1;
            case "bilinear", "bicubic", "lanczos" -> 2;
            case "trilinear" -> 3;
            default ->
                throw CressetException.unsupported("interpolate: mode is \"" + mode
                        + "\"; expected nearest, nearest-exact, area, linear, bilinear, bicubic, trilinear or lanczos");
        };
    }

    static Tensor interpolate(
            Tensor input,
            long @Nullable [] size,
            double @Nullable [] scaleFactor,
            String mode,
            @Nullable Boolean alignCorners,
            @Nullable Boolean recompute,
            boolean antialias) {
        String op = "interpolate";
        int n = input.dim() - 2;
        int wanted = dimensions(mode);
        if (alignCorners != null && wanted == 0) {
            throw CressetException.value(op + ": align_corners is only for linear, bilinear, bicubic and trilinear");
        }
        if ((size == null) == (scaleFactor == null)) {
            throw CressetException.value(op + ": expected exactly one of size and scale_factor");
        }
        if (size != null && Boolean.TRUE.equals(recompute)) {
            throw CressetException.value(op + ": recompute_scale_factor means nothing with an explicit size");
        }
        if (antialias && !(wanted == 2 && n == 2)) {
            throw CressetException.value(op + ": antialias is for bilinear, bicubic and lanczos with a 4-D input");
        }
        if (mode.equals("lanczos") && (!antialias || Boolean.TRUE.equals(alignCorners))) {
            throw CressetException.value(op + ": lanczos requires antialias, without align_corners");
        }
        if (n < 1 || n > 3 || wanted != 0 && wanted != n) {
            throw CressetException.unsupported(op + ": mode " + mode + " for an input of shape " + input.shape()
                    + "; expected (N, C, ...) with " + (wanted == 0 ? "1 to 3" : wanted) + " further dimensions");
        }
        boolean align = Boolean.TRUE.equals(alignCorners);
        if (size != null) {
            return resize(input, spread(op, size, n, input.shape()), null, mode, align, antialias);
        }
        double[] scales = spread(op, Objects.requireNonNull(scaleFactor), n, input.shape());
        boolean ratio = Boolean.TRUE.equals(recompute) || mode.equals("area");
        return resize(input, scaled(input, scales), ratio ? null : scales, mode, align, antialias);
    }

    private static double[] spread(String op, double[] given, int n, Shape shape) {
        if (given.length != n && given.length != 1) {
            throw CressetException.value(op + ": scale_factor " + Arrays.toString(given) + " for shape " + shape);
        }
        double[] all = new double[n];
        Arrays.setAll(all, i -> given[given.length == 1 ? 0 : i]);
        return all;
    }

    private static long[] spread(String op, long[] given, int n, Shape shape) {
        if (given.length != n && given.length != 1) {
            throw CressetException.value(op + ": size " + Arrays.toString(given) + " for shape " + shape);
        }
        long[] all = new long[n];
        Arrays.setAll(all, i -> given[given.length == 1 ? 0 : i]);
        return all;
    }

    private static long[] scaled(Tensor input, double[] scales) {
        long[] out = new long[scales.length];
        Arrays.setAll(out, i -> (long) (input.size(i + 2) * scales[i]));
        return out;
    }

    /** To sizes, with given scales (null or 0: the ratios of the sizes). */
    static Tensor resize(
            Tensor input, long[] out, double @Nullable [] scales, String mode, boolean align, boolean antialias) {
        for (int i = 0; i < out.length; i++) {
            if (out[i] < 1 || input.size(i + 2) < 1) {
                throw CressetException.runtime("interpolate: from shape " + input.shape() + " to "
                        + Arrays.toString(out) + "; sizes must be positive");
            }
        }
        DType t = input.dtype();
        boolean nearest = mode.startsWith("nearest");
        if (!t.isFloat() && !(nearest && t == DType.UINT8)) {
            throw CressetException.unsupported("interpolate: mode " + mode + " does not exist for " + t);
        }
        Tensor y = t == DType.FLOAT64 ? input : input.to(DType.FLOAT32);
        for (int d = out.length - 1; d >= 0; d--) {
            int in = Math.toIntExact(input.size(d + 2));
            Taps taps = new Taps(in, Math.toIntExact(out[d]), scales == null ? 0 : scales[d], t != DType.FLOAT64);
            Resample.Attrs a = antialias
                    ? taps.smoothed(d + 2, mode, align)
                    : switch (mode) {
                        case "nearest" -> taps.nearest(d + 2, 0);
                        case "nearest-exact" -> taps.nearest(d + 2, 0.5);
                        case "area" -> taps.area(d + 2);
                        case "bicubic" -> taps.cubic(d + 2, align);
                        default -> taps.linear(d + 2, align);
                    };
            y = Resample.OP.on(a, y);
        }
        return y.to(t);
    }
}
