package org.cresset.nn.functional;

import java.util.Arrays;

/** Which inputs along a dimension are mixed, and how, when it changes its size from {@code in} to {@code out}. */
final class Taps {
    private final int in;
    private final int out;
    private final double scaleFactor;
    private final boolean single;
    private int[] starts = new int[0];
    private int[] columns = new int[0];
    private double[] weights = new double[0];
    private int count;

    /** {@code scaleFactor} 0: the ratio of the sizes. {@code single}: positions are computed in float32. */
    Taps(int in, int out, double scaleFactor, boolean single) {
        this.in = in;
        this.out = out;
        this.scaleFactor = scaleFactor;
        this.single = single;
    }

    private double round(double v) {
        return single ? (float) v : v;
    }

    /** Inputs per output. */
    private double scale(boolean align) {
        if (align) {
            return out > 1 ? round((double) (in - 1) / (out - 1)) : 0;
        }
        return round(scaleFactor > 0 ? 1 / scaleFactor : (double) in / out);
    }

    /** The position among the inputs of the centre of output o. */
    private double position(double scale, int o, boolean align) {
        return align ? round(scale * o) : round(round(scale * round(o + 0.5)) - 0.5);
    }

    private void begin() {
        starts = new int[out + 1];
        columns = new int[2 * out];
        weights = new double[2 * out];
    }

    private void add(int column, double weight) {
        if (count == columns.length) {
            columns = Arrays.copyOf(columns, 2 * count + 1);
            weights = Arrays.copyOf(weights, 2 * count + 1);
        }
        columns[count] = column;
        weights[count++] = weight;
    }

    private Resample.Attrs end(int dim) {
        return new Resample.Attrs(dim, in, starts, Arrays.copyOf(columns, count), Arrays.copyOf(weights, count));
    }

    /** The input at {@code offset} of the way through each output. Positions are float32 for every type. */
    Resample.Attrs nearest(int dim, double offset) {
        begin();
        float scale = scaleFactor > 0 ? (float) (1 / scaleFactor) : (float) in / out;
        for (int o = 0; o < out; o++) {
            int column = in == out && offset == 0 ? o : (int) Math.floor((float) (o + offset) * scale);
            add(Math.min(column, in - 1), 1);
            starts[o + 1] = count;
        }
        return end(dim);
    }

    /** The mean of all inputs that an output touches. */
    Resample.Attrs area(int dim) {
        begin();
        for (int o = 0; o < out; o++) {
            int from = (int) ((long) o * in / out);
            int to = (int) (((long) (o + 1) * in + out - 1) / out);
            for (int c = from; c < to; c++) {
                add(c, 1.0 / (to - from));
            }
            starts[o + 1] = count;
        }
        return end(dim);
    }

    /** The two inputs around the position, weighted with the distance to the other one. */
    Resample.Attrs linear(int dim, boolean align) {
        begin();
        double scale = scale(align);
        for (int o = 0; o < out; o++) {
            double x = in == out ? o : Math.max(position(scale, o, align), 0);
            int c = Math.min((int) x, in - 1);
            double w = Math.min(Math.max(round(x - c), 0), 1);
            add(c, round(1 - w));
            if (w != 0) {
                add(Math.min(c + 1, in - 1), w);
            }
            starts[o + 1] = count;
        }
        return end(dim);
    }

    /** Four inputs around the position, weighted with Keys' cubic (a = -3/4); the outermost ones are repeated. */
    Resample.Attrs cubic(int dim, boolean align) {
        begin();
        double scale = scale(align);
        for (int o = 0; o < out; o++) {
            double x = in == out ? o : position(scale, o, align);
            int c = Math.min((int) Math.floor(x), in - 1);
            double t = Math.min(Math.max(round(x - c), 0), 1);
            for (int k = -1; k <= 2; k++) {
                add(Math.min(Math.max(c + k, 0), in - 1), Kernels.cubic(Math.abs(k - t), -0.75));
            }
            starts[o + 1] = count;
        }
        return end(dim);
    }

    /** A filter as wide as an output, for shrinking without artefacts. */
    Resample.Attrs smoothed(int dim, String mode, boolean align) {
        begin();
        double scale = scale(align);
        double reach = mode.equals("bilinear") ? 1 : mode.equals("bicubic") ? 2 : 3;
        double support = scale >= 1 ? round(reach * scale) : reach;
        double inverse = scale >= 1 ? round(1 / scale) : 1;
        for (int o = 0; o < out; o++) {
            double center = round(scale * round(o + 0.5));
            int from = Math.max((int) round(round(center - support) + 0.5), 0);
            int to = Math.min((int) round(round(center + support) + 0.5), in);
            double sum = 0;
            int first = count;
            for (int c = from; c < to; c++) {
                double x = round(round(round(c - center) + 0.5) * inverse);
                double w = Kernels.filter(mode, x);
                add(c, w);
                sum += w;
            }
            for (int i = first; i < count && sum != 0; i++) {
                weights[i] /= sum;
            }
            starts[o + 1] = count;
        }
        return end(dim);
    }

    /** Weights by distance. */
    private static final class Kernels {
        /** Keys' cubic convolution kernel of a distance x, which is not negative. */
        static double cubic(double x, double a) {
            if (x <= 1) {
                return ((a + 2) * x - (a + 3)) * x * x + 1;
            }
            return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
        }

        static double filter(String mode, double x) {
            double d = Math.abs(x);
            return switch (mode) {
                case "bilinear" -> d < 1 ? 1 - d : 0;
                case "bicubic" -> cubic(d, -0.5);
                default -> d < 3 ? sinc(d) * sinc(d / 3) : 0;
            };
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
        }
    }
}
