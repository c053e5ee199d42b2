package org.cresset.data.vision;

/**
 * Resizing with triangles as weights, widened by the factor of shrinking, so that no pixel is overlooked: bilinear with
 * {@code antialias}, as {@code torchvision.transforms.Resize} does by default. Columns first, then rows.
 */
final class Resize {
    private Resize() {}

    /** Output pixel i is the sum of {@code weights[i][j]} times input pixel {@code from[i] + j}. */
    private record Taps(int[] from, float[][] weights) {
        static Taps of(int in, int out) {
            double scale = (double) in / out;
            double reach = Math.max(scale, 1);
            int[] from = new int[out];
            float[][] weights = new float[out][];
            for (int i = 0; i < out; i++) {
                double center = scale * (i + 0.5);
                from[i] = Math.max((int) (center - reach + 0.5), 0);
                int to = Math.min((int) (center + reach + 0.5), in);
                double[] w = new double[to - from[i]];
                double sum = 0;
                for (int j = 0; j < w.length; j++) {
                    w[j] = Math.max(0, 1 - Math.abs((from[i] + j - center + 0.5) / reach));
                    sum += w[j];
                }
                weights[i] = new float[w.length];
                for (int j = 0; j < w.length; j++) {
                    weights[i][j] = (float) (w[j] / sum);
                }
            }
            return new Taps(from, weights);
        }
    }

    static Planes apply(Planes image, int height, int width) {
        return rows(columns(image, Taps.of(image.width(), width)), Taps.of(image.height(), height));
    }

    private static Planes columns(Planes x, Taps taps) {
        Planes y = Planes.empty(x.count(), x.height(), taps.from.length);
        int rows = x.count() * x.height();
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < y.width(); i++) {
                float[] w = taps.weights[i];
                int at = r * x.width() + taps.from[i];
                float sum = 0;
                for (int j = 0; j < w.length; j++) {
                    sum += w[j] * x.pixels()[at + j];
                }
                y.pixels()[r * y.width() + i] = sum;
            }
        }
        return y;
    }

    private static Planes rows(Planes x, Taps taps) {
        int width = x.width();
        Planes y = Planes.empty(x.count(), taps.from.length, width);
        for (int p = 0; p < x.count(); p++) {
            for (int i = 0; i < y.height(); i++) {
                float[] w = taps.weights[i];
                int to = (p * y.height() + i) * width;
                for (int j = 0; j < w.length; j++) {
                    int from = (p * x.height() + taps.from[i] + j) * width;
                    for (int c = 0; c < width; c++) {
                        y.pixels()[to + c] += w[j] * x.pixels()[from + c];
                    }
                }
            }
        }
        return y;
    }
}
