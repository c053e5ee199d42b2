package org.cresset.tensor;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import org.cresset.base.CressetException;
import org.cresset.base.DType;

/** Between images and tensors (C, H, W). */
public final class Images {
    private Images() {}

    /**
     * The pixels as uint8 of shape (3, H, W): red, green, blue. Transparency is left out, and 16 bits are cut to 8. Grey
     * values are taken as they are stored, as Python's imaging library does; {@code getRGB} would brighten them, since
     * Java takes grey for linear.
     */
    public static Tensor fromImage(BufferedImage image) {
        int h = image.getHeight();
        int w = image.getWidth();
        byte[] v = new byte[3 * h * w];
        ColorModel colors = image.getColorModel();
        if (colors instanceof ComponentColorModel && colors.getNumColorComponents() == 1) {
            grey(image.getRaster(), Math.max(0, colors.getComponentSize(0) - 8), v);
            return Tensor.from(v, 3, h, w);
        }
        int[] row = new int[w];
        for (int y = 0; y < h; y++) {
            image.getRGB(0, y, w, 1, row, 0, w);
            for (int x = 0; x < w; x++) {
                for (int c = 0; c < 3; c++) {
                    v[(c * h + y) * w + x] = (byte) (row[x] >> (16 - 8 * c));
                }
            }
        }
        return Tensor.from(v, 3, h, w);
    }

    private static void grey(Raster samples, int shift, byte[] v) {
        int h = samples.getHeight();
        int w = samples.getWidth();
        int[] row = new int[w];
        for (int y = 0; y < h; y++) {
            samples.getSamples(samples.getMinX(), samples.getMinY() + y, w, 1, 0, row);
            for (int x = 0; x < w; x++) {
                v[y * w + x] = (byte) (row[x] >> shift);
            }
        }
        System.arraycopy(v, 0, v, h * w, h * w);
        System.arraycopy(v, 0, v, 2 * h * w, h * w);
    }

    static BufferedImage toImage(Tensor t) {
        if (t.dim() != 3 || t.size(0) != 1 && t.size(0) != 3) {
            throw CressetException.runtime("toImage: shape " + t.shape() + "; expected (1, H, W) or (3, H, W)");
        }
        Tensor bytes = t.dtype() == DType.UINT8
                ? t
                : t.to(DType.FLOAT32).mul(255).round().clamp(0.0, 255.0);
        int[] v = bytes.toIntArray();
        int c = (int) t.size(0);
        int h = (int) t.size(1);
        int w = (int) t.size(2);
        BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < h * w; i++) {
            int r = v[i];
            int g = c == 1 ? r : v[h * w + i];
            int b = c == 1 ? r : v[2 * h * w + i];
            image.setRGB(i % w, i / w, r << 16 | g << 8 | b);
        }
        return image;
    }
}
