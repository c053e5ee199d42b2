package org.cresset.data.vision;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.data.Transform;
import org.cresset.random.Generator;
import org.cresset.tensor.Tensor;

/**
 * What is done to images before a model sees them, as {@code torchvision.transforms}. Images are (C, H, W), or (..., C,
 * H, W) if all are to change alike; bytes from 0 to 255 (uint8) or float32 from 0 to 1.
 */
public final class Transforms {
    private static final int TRIES = 10;

    /** A table is fast from the first batch on, when the kernels of conversion and division are not compiled yet. */
    private static final float[] BYTE_AS_FLOAT = new float[256];

    static {
        for (int i = 0; i < BYTE_AS_FLOAT.length; i++) {
            BYTE_AS_FLOAT[i] = i / 255f;
        }
    }

    private Transforms() {}

    // ---- values ----

    /** Float32 from 0 to 1 of bytes; floats as they are. As {@code torchvision.transforms.ToTensor}. */
    public static Tensor toFloat(Tensor x) {
        if (x.dtype() != DType.UINT8) {
            return x;
        }
        byte[] bytes = x.toSegment().toArray(ValueLayout.JAVA_BYTE);
        float[] floats = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            floats[i] = BYTE_AS_FLOAT[bytes[i] & 0xff];
        }
        return Tensor.from(floats, x.shape().toArray());
    }

    /** {@link #toFloat} as a transform. */
    public static Transform toTensor() {
        return (x, random) -> toFloat(x);
    }

    /**
     * {@code (x - mean) / std}, one of each for each channel or one for all. As {@code
     * torchvision.transforms.Normalize}.
     *
     * @throws CressetException of kind VALUE for a {@code std} of 0; when applied, of kind TYPE for an image of bytes
     */
    public static Transform normalize(float[] mean, float[] std) {
        require(
                mean.length == std.length && mean.length > 0,
                "normalize: " + mean.length + " means and " + std.length + " stds");
        for (float s : std) {
            require(s > 0, "normalize: std " + Arrays.toString(std) + "; expected numbers above 0");
        }
        Tensor m = Tensor.from(mean.clone(), mean.length, 1, 1);
        Tensor s = Tensor.from(std.clone(), std.length, 1, 1);
        return (x, random) -> {
            if (!x.dtype().isFloat()) {
                throw CressetException.type("normalize: the image is " + x.dtype() + "; put toTensor before it");
            }
            return x.sub(m).div(s);
        };
    }

    /** One channel, (..., 1, H, W), of three. As {@code torchvision.transforms.Grayscale}. */
    public static Transform grayscale() {
        return (x, random) -> Colors.gray(toFloat(x));
    }

    /**
     * Brightness, contrast and saturation, each times a factor from {@code 1 - strength} to {@code 1 + strength}, in
     * random order. As {@code torchvision.transforms.ColorJitter} without hue; saturation needs three channels.
     */
    public static Transform colorJitter(double brightness, double contrast, double saturation) {
        require(
                brightness >= 0 && contrast >= 0 && saturation >= 0,
                "colorJitter: " + brightness + ", " + contrast + ", " + saturation
                        + "; expected strengths of at least 0");
        return (x, random) -> Colors.jitter(x, brightness, contrast, saturation, random);
    }

    // ---- size and place ----

    /** Bilinear, antialiased, to (..., height, width). As {@code torchvision.transforms.Resize((height, width))}. */
    public static Transform resize(int height, int width) {
        checkSize("resize", height, width);
        return (x, random) ->
                Resize.apply(Planes.of("resize", x), height, width).like(x);
    }

    /**
     * The part whose upper left corner is at (top, left). As {@code torchvision.transforms.functional.crop}, inside
     * only.
     */
    public static Transform crop(int top, int left, int height, int width) {
        checkSize("crop", height, width);
        return (x, random) -> cut("crop", x, top, left, height, width);
    }

    /** The middle. As {@code torchvision.transforms.CenterCrop} where the image is large enough. */
    public static Transform centerCrop(int height, int width) {
        checkSize("centerCrop", height, width);
        return (x, random) -> {
            Planes.checkImage("centerCrop", x);
            int top = (int) Math.rint((x.size(-2) - height) / 2.0);
            int left = (int) Math.rint((x.size(-1) - width) / 2.0);
            return cut("centerCrop", x, top, left, height, width);
        };
    }

    /** {@code padding} pixels of a value on all four sides. As {@code torchvision.transforms.Pad}. */
    public static Transform pad(int padding, double value) {
        require(padding >= 0, "pad: " + padding + " pixels; expected at least 0");
        return (x, random) -> padded(x, padding, value);
    }

    /**
     * A part of this size from a random place of the image with {@code padding} black pixels around it. As
     * {@code torchvision.transforms.RandomCrop}.
     */
    public static Transform randomCrop(int height, int width, int padding) {
        checkSize("randomCrop", height, width);
        require(padding >= 0, "randomCrop: a padding of " + padding + "; expected at least 0");
        return (x, random) -> {
            Tensor p = padded(x, padding, 0);
            if (p.size(-2) < height || p.size(-1) < width) {
                throw tooSmall("randomCrop", p, height, width);
            }
            int top = (int) random.uniformLong(0, p.size(-2) - height + 1);
            int left = (int) random.uniformLong(0, p.size(-1) - width + 1);
            return cut("randomCrop", p, top, left, height, width);
        };
    }

    /**
     * A part with 8 to 100 % of the area and an aspect ratio from 3/4 to 4/3, from a random place, resized. As
     * {@code torchvision.transforms.RandomResizedCrop} by default.
     */
    public static Transform randomResizedCrop(int height, int width) {
        checkSize("randomResizedCrop", height, width);
        Transform resize = resize(height, width);
        return (x, random) -> resize.apply(randomPart(x, random), random);
    }

    private static Tensor randomPart(Tensor x, Generator random) {
        Planes.checkImage("randomResizedCrop", x);
        long h = x.size(-2);
        long w = x.size(-1);
        for (int i = 0; i < TRIES; i++) {
            double area = h * w * between(random, 0.08, 1);
            double ratio = Math.exp(between(random, Math.log(3.0 / 4), Math.log(4.0 / 3)));
            int partWidth = (int) Math.rint(Math.sqrt(area * ratio));
            int partHeight = (int) Math.rint(Math.sqrt(area / ratio));
            if (partWidth > 0 && partHeight > 0 && partWidth <= w && partHeight <= h) {
                int top = (int) random.uniformLong(0, h - partHeight + 1);
                int left = (int) random.uniformLong(0, w - partWidth + 1);
                return cut("randomResizedCrop", x, top, left, partHeight, partWidth);
            }
        }
        // Images far longer than wide (or the reverse) rarely hold such a part; their middle of a bearable ratio does.
        int partWidth = (int) Math.min(w, Math.max(1, Math.rint(h * 4.0 / 3)));
        int partHeight = (int) Math.min(h, Math.max(1, Math.rint(w * 4.0 / 3)));
        return centerCrop(partHeight, partWidth).apply(x, random);
    }

    // ---- turning ----

    /** Left and right exchanged with a probability. As {@code torchvision.transforms.RandomHorizontalFlip}. */
    public static Transform randomHorizontalFlip(double probability) {
        checkProbability("randomHorizontalFlip", probability);
        return (x, random) -> random.uniformFloat() < probability ? x.flip(-1) : x;
    }

    /** Top and bottom exchanged with a probability. As {@code torchvision.transforms.RandomVerticalFlip}. */
    public static Transform randomVerticalFlip(double probability) {
        checkProbability("randomVerticalFlip", probability);
        return (x, random) -> random.uniformFloat() < probability ? x.flip(-2) : x;
    }

    /** Turned counter-clockwise, in the same frame, bilinear. As {@code torchvision.transforms.functional.rotate}. */
    public static Transform rotate(double degrees) {
        return affine(-degrees, 0, 0, 1, 0);
    }

    /**
     * Turned clockwise, sheared and scaled about the middle, then shifted by pixels; bilinear, in the same frame. As
     * {@code torchvision.transforms.functional.affine} with a shear along rows.
     */
    public static Transform affine(double degrees, double right, double down, double scale, double shear) {
        Affine map = new Affine(degrees, right, down, scale, shear);
        return (x, random) -> map.apply(Planes.of("affine", x)).like(x);
    }

    /** Turned by up to {@code degrees} either way. As {@code torchvision.transforms.RandomRotation}. */
    public static Transform randomRotation(double degrees) {
        return randomAffine(degrees, 0, 1, 1, 0);
    }

    /**
     * Turned and sheared by up to so many degrees either way, scaled by a factor between two, and shifted by up to a
     * fraction of each side. As {@code torchvision.transforms.RandomAffine}, bilinear.
     */
    public static Transform randomAffine(double degrees, double shift, double minScale, double maxScale, double shear) {
        require(
                degrees >= 0 && shift >= 0 && minScale > 0 && minScale <= maxScale && shear >= 0 && shear < 90,
                "randomAffine: degrees " + degrees + ", shift " + shift + ", scale " + minScale + " to " + maxScale
                        + ", shear " + shear + "; expected ranges that aren't negative, and a shear below 90");
        return (x, random) -> {
            Planes image = Planes.of("randomAffine", x);
            double angle = between(random, -degrees, degrees);
            double right = between(random, -shift, shift) * image.width();
            double down = between(random, -shift, shift) * image.height();
            double scale = between(random, minScale, maxScale);
            return new Affine(angle, right, down, scale, between(random, -shear, shear))
                    .apply(image)
                    .like(x);
        };
    }

    // ---- parts ----

    private static double between(Generator random, double low, double high) {
        return low + (high - low) * random.uniformDouble();
    }

    private static Tensor cut(String op, Tensor x, int top, int left, int height, int width) {
        Planes.checkImage(op, x);
        if (top < 0 || left < 0 || top > x.size(-2) - height || left > x.size(-1) - width) {
            throw tooSmall(op, x, height, width);
        }
        return x.narrow(-2, top, height).narrow(-1, left, width);
    }

    private static CressetException tooSmall(String op, Tensor x, int height, int width) {
        return CressetException.value(op + ": an image of shape " + x.shape() + " has no such part of " + height + " x "
                + width + "; pad or resize it first");
    }

    private static Tensor padded(Tensor x, int padding, double value) {
        Planes.checkImage("pad", x);
        if (padding == 0) {
            return x;
        }
        long h = x.size(-2);
        long w = x.size(-1);
        long[] shape = x.shape().toArray();
        shape[shape.length - 2] += 2L * padding;
        shape[shape.length - 1] += 2L * padding;
        Tensor larger = Tensor.full(Shape.of(shape), value, x.dtype());
        larger.narrow(-2, padding, h).narrow(-1, padding, w).copy_(x);
        return larger;
    }

    private static void checkSize(String op, int height, int width) {
        require(height > 0 && width > 0, op + ": a size of " + height + " x " + width + "; expected at least 1 x 1");
    }

    private static void checkProbability(String op, double p) {
        require(p >= 0 && p <= 1, op + ": a probability of " + p + "; expected 0 to 1");
    }

    private static void require(boolean fulfilled, String otherwise) {
        if (!fulfilled) {
            throw CressetException.value(otherwise);
        }
    }
}
