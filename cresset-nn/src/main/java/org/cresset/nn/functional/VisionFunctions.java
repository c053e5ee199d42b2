package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Borders, sizes and places of images, and numbers as vectors. Static members are reached through {@link Functional}. */
abstract class VisionFunctions extends LossFunctions {
    VisionFunctions() {}

    // ---- borders ----

    /** A border of zeros. */
    public static Tensor pad(Tensor input, long... pad) {
        return Padding.pad(input, pad, "constant", 0);
    }

    /**
     * A border around a tensor; negative widths cut off. As {@code pad}.
     *
     * @param pad widths before and after for each dimension, the last dimension first
     * @param mode {@code "constant"}; or {@code "reflect"} (without the edge), {@code "replicate"} or {@code "circular"}, for
     *     all dimensions but those of channels and samples
     * @param value of a constant border; null: 0
     */
    @Torch("nn.functional.pad(input, pad, mode='constant', value=None)")
    public static Tensor pad(Tensor input, long[] pad, String mode, @Nullable Double value) {
        if (value != null && value != 0 && !mode.equals("constant")) {
            throw CressetException.value("pad: a value is only for a constant border, not for mode " + mode);
        }
        return Padding.pad(input, pad, mode, value == null ? 0 : value);
    }

    // ---- sizes ----

    /** Images of another size. */
    public static Tensor interpolate(Tensor input, long[] size, String mode) {
        return Interpolation.interpolate(input, size, null, mode, null, null, false);
    }

    /**
     * Images of another size. As {@code interpolate}.
     *
     * @param input floats (N, C, L), (N, C, H, W) or (N, C, D, H, W)
     * @param size of the spatial dimensions; one number stands for all; null: by {@code scaleFactor}
     * @param scaleFactor of the spatial dimensions; one number stands for all; null: by {@code size}
     * @param mode nearest, nearest-exact or area; linear, bilinear, trilinear by the number of dimensions; bicubic; lanczos
     *     with antialias
     * @param alignCorners whether the centres of the outermost pixels stay in place; only for modes that aren't of the first
     *     three; null: no
     * @param recomputeScaleFactor whether positions come from the sizes, and not from the scale factor; null: no
     * @param antialias whether the filter gets wider where images shrink; for bilinear, bicubic and lanczos
     */
    @Torch("nn.functional.interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
            + "recompute_scale_factor=None, antialias=False)")
    public static Tensor interpolate(
            Tensor input,
            long @Nullable [] size,
            double @Nullable [] scaleFactor,
            String mode,
            @Nullable Boolean alignCorners,
            @Nullable Boolean recomputeScaleFactor,
            boolean antialias) {
        return Interpolation.interpolate(input, size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias);
    }

    /** As {@link #interpolate} without its newer arguments. As {@code upsample}. */
    @Torch("nn.functional.upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)")
    public static Tensor upsample(
            Tensor input,
            long @Nullable [] size,
            double @Nullable [] scaleFactor,
            String mode,
            @Nullable Boolean alignCorners) {
        return Interpolation.interpolate(input, size, scaleFactor, mode, alignCorners, null, false);
    }

    /** As {@link #interpolate} in mode nearest. As {@code upsample_nearest}. */
    @Torch("nn.functional.upsample_nearest(input, size=None, scale_factor=None)")
    public static Tensor upsampleNearest(Tensor input, long @Nullable [] size, double @Nullable [] scaleFactor) {
        return Interpolation.interpolate(input, size, scaleFactor, "nearest", null, null, false);
    }

    /** As {@link #interpolate} in mode bilinear with the corners in place. As {@code upsample_bilinear}. */
    @Torch("nn.functional.upsample_bilinear(input, size=None, scale_factor=None)")
    public static Tensor upsampleBilinear(Tensor input, long @Nullable [] size, double @Nullable [] scaleFactor) {
        return Interpolation.interpolate(input, size, scaleFactor, "bilinear", true, null, false);
    }

    // ---- places ----

    /** Images read at the positions of a grid, bilinear, with zeros outside. */
    public static Tensor gridSample(Tensor input, Tensor grid) {
        return GridSampling.sample(input, grid, "bilinear", "zeros", false);
    }

    /**
     * Images read at the positions of a grid. As {@code grid_sample}.
     *
     * @param input shape (N, C, H, W) or (N, C, D, H, W)
     * @param grid shape (N, h, w, 2) or (N, d, h, w, 3): x, y and z from -1 to 1
     * @param mode bilinear (also for volumes), nearest, or bicubic for images
     * @param paddingMode what is outside: zeros, border or reflection
     * @param alignCorners whether -1 and 1 are the centres of the outermost pixels, not their outer edges; null: no
     * @return shape (N, C, h, w) or (N, C, d, h, w)
     */
    @Torch("nn.functional.grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None)")
    public static Tensor gridSample(
            Tensor input, Tensor grid, String mode, String paddingMode, @Nullable Boolean alignCorners) {
        return GridSampling.sample(input, grid, mode, paddingMode, Boolean.TRUE.equals(alignCorners));
    }

    /**
     * The grids of affine maps, for {@link #gridSample(Tensor, Tensor)}. As {@code affine_grid}.
     *
     * @param theta maps (N, 2, 3), or (N, 3, 4) for volumes
     * @param size of the images to be made: N, C, H, W, or N, C, D, H, W
     */
    @Torch("nn.functional.affine_grid(theta, size, align_corners=None)")
    public static Tensor affineGrid(Tensor theta, long[] size, @Nullable Boolean alignCorners) {
        return GridSampling.affine(theta, size, Boolean.TRUE.equals(alignCorners));
    }

    /**
     * Channels spread over finer pixels: (..., C r^2, H, W) to (..., C, H r, W r). As {@code pixel_shuffle}.
     */
    @Torch({"nn.functional.pixel_shuffle(input, upscale_factor)", "pixel_shuffle(self, upscale_factor)"})
    public static Tensor pixelShuffle(Tensor input, long upscaleFactor) {
        long r = upscaleFactor;
        int n = input.dim();
        if (n < 3 || r < 1 || input.size(-3) % (r * r) != 0) {
            throw CressetException.runtime(
                    "pixel_shuffle: shape " + input.shape() + " with factor " + r + "; expected (..., C r^2, H, W)");
        }
        long c = input.size(-3) / (r * r);
        long h = input.size(-2);
        long w = input.size(-1);
        Tensor x = input.reshape(with(input, n - 3, c, r, r, h, w));
        int d = n - 3;
        return x.permute(order(d, d, d + 3, d + 1, d + 4, d + 2)).reshape(with(input, d, c, h * r, w * r));
    }

    /** The opposite: (..., C, H r, W r) to (..., C r^2, H, W). As {@code pixel_unshuffle}. */
    @Torch({"nn.functional.pixel_unshuffle(input, downscale_factor)", "pixel_unshuffle(self, downscale_factor)"})
    public static Tensor pixelUnshuffle(Tensor input, long downscaleFactor) {
        long r = downscaleFactor;
        int n = input.dim();
        if (n < 3 || r < 1 || input.size(-2) % r != 0 || input.size(-1) % r != 0) {
            throw CressetException.runtime(
                    "pixel_unshuffle: shape " + input.shape() + " with factor " + r + "; expected (..., C, H r, W r)");
        }
        long c = input.size(-3);
        long h = input.size(-2) / r;
        long w = input.size(-1) / r;
        int d = n - 3;
        Tensor x = input.reshape(with(input, d, c, h, r, w, r));
        return x.permute(order(d, d, d + 2, d + 4, d + 1, d + 3)).reshape(with(input, d, c * r * r, h, w));
    }

    /** The first {@code lead} sizes of a tensor, then others. */
    private static long[] with(Tensor x, int lead, long... rest) {
        long[] dims = Arrays.copyOf(x.shape().dims(), lead + rest.length);
        System.arraycopy(rest, 0, dims, lead, rest.length);
        return dims;
    }

    /** 0, ..., lead - 1, then others. */
    private static long[] order(int lead, long... rest) {
        long[] dims = new long[lead + rest.length];
        Arrays.setAll(dims, i -> i < lead ? i : rest[i - lead]);
        return dims;
    }

    /**
     * The channels (N, C, ...) as a matrix (groups, C / groups), transposed: neighbours come from different groups. As
     * {@code channel_shuffle}.
     */
    @Torch({
        "nn.functional.channel_shuffle(input, groups)",
        "nn.functional.native_channel_shuffle(input, groups)",
        "channel_shuffle(self, groups)",
        "native_channel_shuffle(self, groups)"
    })
    public static Tensor channelShuffle(Tensor input, long groups) {
        if (input.dim() < 3 || groups < 1 || input.size(1) % groups != 0) {
            throw CressetException.runtime("channel_shuffle: shape " + input.shape() + " in " + groups
                    + " groups; expected (N, C, ...) with at least 3 dimensions and groups that divide C");
        }
        long[] dims = input.shape().toArray();
        Tensor x = input.reshape(dims[0], groups, dims[1] / groups, -1);
        if (input.numel() == 0) {
            return input.alias();
        }
        return x.transpose(1, 2).reshape(dims);
    }

    /** As {@link #oneHot(Tensor, long)} with one class more than the largest element. */
    public static Tensor oneHot(Tensor input) {
        return oneHot(input, -1);
    }

    /**
     * 1 at the place that each element gives, else 0: int64 of the input's shape and one dimension more. As {@code one_hot}.
     *
     * @param input int64, not negative
     * @param numClasses the size of the new dimension; -1: one more than the largest element
     */
    @Torch("nn.functional.one_hot(input, num_classes=-1)")
    public static Tensor oneHot(Tensor input, long numClasses) {
        if (input.dtype() != DType.INT64) {
            throw CressetException.runtime("one_hot: the input is " + input.dtype() + "; expected int64");
        }
        if (numClasses < 1 && (numClasses != -1 || input.numel() == 0)) {
            throw CressetException.runtime("one_hot: " + numClasses + " classes for an input of shape " + input.shape()
                    + "; expected at least 1, or -1 if there are elements");
        }
        long classes = numClasses;
        if (input.numel() > 0 && (numClasses == -1 || input.hasValues())) {
            long low = input.min().itemLong();
            long high = input.max().itemLong();
            classes = numClasses == -1 ? high + 1 : numClasses;
            if (low < 0 || high >= classes) {
                throw CressetException.runtime(
                        "one_hot: elements from " + low + " to " + high + "; expected 0 to " + (classes - 1));
            }
        }
        long[] dims = with(input, input.dim(), classes);
        Tensor zeros = Tensor.zeros(Shape.of(dims), DType.INT64);
        Tensor places = input.unsqueeze(-1);
        // Zeros that stand for all examples of a batch can't take an example's ones.
        return input.hasValues() ? zeros.scatter_(-1, places, 1) : zeros.scatter(-1, places, 1);
    }

    // ---- blocks ----

    /**
     * Sliding blocks of images as columns: (N, C, H, W) to (N, C kh kw, L), or both without N. As {@code unfold}.
     *
     * @param kernelSize height and width of the blocks; here and for the others one number stands for two
     */
    @Torch("nn.functional.unfold(input, kernel_size, dilation=1, padding=0, stride=1)")
    public static Tensor unfold(Tensor input, long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        if (input.dim() != 4 && input.dim() != 3) {
            throw CressetException.runtime("unfold: shape " + input.shape() + "; expected (N, C, H, W) or (C, H, W)");
        }
        Unfolding u = Unfolding.of("unfold", kernelSize, dilation, padding, stride);
        return input.dim() == 4 ? u.unfold(input) : u.unfold(input.unsqueeze(0)).squeeze(0);
    }

    /**
     * The sum of sliding blocks: (N, C kh kw, L) to (N, C, H, W), or both without N. As {@code fold}.
     *
     * @param outputSize height and width of the images
     */
    @Torch("nn.functional.fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)")
    public static Tensor fold(
            Tensor input, long[] outputSize, long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        if (input.dim() != 3 && input.dim() != 2) {
            throw CressetException.runtime(
                    "fold: shape " + input.shape() + "; expected (N, C kh kw, L) or (C kh kw, L)");
        }
        long[] out = Unfolding.pair("fold", outputSize);
        Unfolding u = Unfolding.of("fold", kernelSize, dilation, padding, stride);
        return input.dim() == 3
                ? u.fold(input, out[0], out[1])
                : u.fold(input.unsqueeze(0), out[0], out[1]).squeeze(0);
    }
}
