package org.cresset.cli;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.data.vision.ImageDecoder;
import org.cresset.io.Safetensors;
import org.cresset.tensor.Images;
import org.cresset.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a drawn digit with a trained net. */
@Command(
        name = "predict",
        description = "Reads the digit in an image and shows how sure it is.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    private static final int BAR = 40;

    @Option(names = "--model", required = true, description = "A model.safetensors that 'cresset train digits' wrote")
    private Path model = Path.of("");

    @Parameters(paramLabel = "IMAGE", description = "An image of one digit, PNG, JPEG, BMP or GIF")
    private Path image = Path.of("");

    @Override
    public Integer call() {
        BufferedImage drawn = ImageDecoder.read(image);
        Map<String, Tensor> state = Safetensors.load(model);
        Tensor fc1 = state.get("fc1.weight");
        long size = fc1 == null || fc1.dim() != 2 ? -1 : DigitNet.sizeFor(fc1.size(1));
        if (size < 0) {
            throw CressetException.value("predict: " + model + " is no model of 'cresset train digits'");
        }
        DigitNet net = new DigitNet(size);
        try {
            net.loadStateDict(state, true);
        } catch (CressetException e) {
            throw new CressetException(
                    e.kind(), "predict: " + model + " is no model of 'cresset train digits': " + e.getMessage(), e);
        }
        net.eval();
        Tensor x = prepare(drawn, (int) size);
        double[] p = Autograd.noGrad(() -> net.forward(x).softmax(-1)).toDoubleArray();
        int best = 0;
        for (int i = 0; i < p.length; i++) {
            best = p[i] > p[best] ? i : best;
        }
        System.out.println("This is a " + best + ".");
        for (int i = 0; i < p.length; i++) {
            System.out.printf(Locale.ROOT, "%d %s %5.1f %%%n", i, bar(p[i]), 100 * p[i]);
        }
        return 0;
    }

    private static String bar(double share) {
        int full = (int) Math.round(share * BAR);
        return "█".repeat(full) + "·".repeat(BAR - full);
    }

    /** Grey, light on dark, cut to the digit with the margin that the training images have, in the net's size: (1, 1, S, S). */
    private static Tensor prepare(BufferedImage image, int size) {
        int w = image.getWidth();
        int h = image.getHeight();
        int[] rgb = Images.fromImage(image).toIntArray();
        float[] grey = new float[w * h];
        double edge = 0;
        int edges = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int i = y * w + x;
                float alpha = (image.getRGB(x, y) >>> 24) / 255f;
                float v = (0.299f * rgb[i] + 0.587f * rgb[w * h + i] + 0.114f * rgb[2 * w * h + i]) / 255f;
                grey[y * w + x] = alpha * v + 1 - alpha;
                if (x == 0 || y == 0 || x == w - 1 || y == h - 1) {
                    edge += grey[y * w + x];
                    edges++;
                }
            }
        }
        boolean invert = edge / edges > 0.5;
        BufferedImage light = new BufferedImage(w, h, BufferedImage.TYPE_BYTE_GRAY);
        int left = w;
        int right = -1;
        int top = h;
        int bottom = -1;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                float v = invert ? 1 - grey[y * w + x] : grey[y * w + x];
                light.getRaster().setSample(x, y, 0, Math.round(255 * v));
                if (v > 0.3f) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        if (right < 0) {
            throw CressetException.value(
                    "predict: the image is empty; draw a digit that stands out from its background");
        }
        int inner = size > 16 ? size * 20 / 28 : size;
        double scale = (double) inner / Math.max(right - left + 1, bottom - top + 1);
        int dw = Math.max(1, (int) Math.round((right - left + 1) * scale));
        int dh = Math.max(1, (int) Math.round((bottom - top + 1) * scale));
        float[] pixels = area(light, left, top, right + 1, bottom + 1, dw, dh);
        float[] out = new float[size * size];
        int ox = (size - dw) / 2;
        int oy = (size - dh) / 2;
        for (int y = 0; y < dh; y++) {
            System.arraycopy(pixels, y * dw, out, (oy + y) * size + ox, dw);
        }
        return Tensor.from(out, 1, 1, size, size);
    }

    /** Means over the areas that pixels of the smaller image stand for. */
    private static float[] area(BufferedImage image, int left, int top, int right, int bottom, int dw, int dh) {
        BufferedImage fine = new BufferedImage(dw * 8, dh * 8, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D g = fine.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(image, 0, 0, dw * 8, dh * 8, left, top, right, bottom, null);
        g.dispose();
        float[] out = new float[dw * dh];
        for (int y = 0; y < dh * 8; y++) {
            for (int x = 0; x < dw * 8; x++) {
                out[y / 8 * dw + x / 8] += fine.getRaster().getSample(x, y, 0) / (255f * 64);
            }
        }
        return out;
    }
}
