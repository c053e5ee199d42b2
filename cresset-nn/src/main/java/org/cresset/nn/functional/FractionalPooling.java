package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.base.Workers;
import org.cresset.op.Precision;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Maxima of windows of one size that begin at random steps which together cover the input (Graham 2014). */
final class FractionalPooling {
    private final long[] in;
    private final long[] out;
    private final int[] kernel;

    private FractionalPooling(long[] in, long[] out, int[] kernel) {
        this.in = in;
        this.out = out;
        this.kernel = kernel;
    }

    /** The maxima and where they are, counted over the {@code n} last dimensions. */
    static Tensor[] pool(
            int n,
            Tensor input,
            long[] kernelSize,
            long @Nullable [] outputSize,
            double @Nullable [] outputRatio,
            @Nullable Tensor randomSamples) {
        String op = "fractional_max_pool" + n + "d";
        input = Precision.FULL.of(input);
        randomSamples = Precision.FULL.ofNullable(randomSamples);
        if (outputSize == null && outputRatio == null) {
            throw CressetException.value(op + ": expected an output size or an output ratio");
        }
        if (input.dim() != n + 1 && input.dim() != n + 2) {
            throw CressetException.runtime(
                    op + ": input " + input.shape() + "; expected " + (n + 1) + " or " + (n + 2) + " dimensions");
        }
        if (!input.dtype().isFloat()) {
            throw CressetException.unsupported(op + ": does not exist for " + input.dtype());
        }
        int lead = input.dim() - n;
        long[] in = new long[n];
        long[] out = new long[n];
        int[] kernel = new int[n];
        for (int d = 0; d < n; d++) {
            in[d] = input.size(lead + d);
            kernel[d] = (int) (kernelSize.length == 1 ? kernelSize[0] : kernelSize[d]);
            double ratio = outputRatio == null ? 0 : outputRatio[outputRatio.length == 1 ? 0 : d];
            out[d] = outputSize != null ? outputSize[outputSize.length == 1 ? 0 : d] : (long) (in[d] * ratio);
            if (in[d] < 1 || kernel[d] < 1 || out[d] < 1 || out[d] + kernel[d] - 1 > in[d]) {
                throw CressetException.runtime(op + ": windows of " + Arrays.toString(kernelSize) + " in input "
                        + input.shape() + " can't give " + out[d] + " outputs in dimension " + (lead + d));
            }
        }
        Tensor samples = randomSamples;
        long batch = lead == 1 ? 1 : input.size(0);
        long channels = input.size(lead - 1);
        if (samples == null) {
            samples = Dense.empty(Shape.of(batch, channels, n), input.dtype(), input.device());
            samples = input.device() == Device.META ? samples : samples.uniform_(0, 1);
        }
        if (samples.dim() != 3 || samples.dtype() != input.dtype() || samples.numel() != batch * channels * n) {
            throw CressetException.runtime(op + ": random samples " + samples.dtype() + samples.shape() + " for input "
                    + input.dtype() + input.shape() + "; expected (N, C, " + n + ") of one dtype");
        }
        Tensor flat = input.flatten(lead);
        Tensor at = new FractionalPooling(in, out, kernel).positions(flat, samples);
        long[] shape = Arrays.copyOf(input.shape().dims(), input.dim());
        System.arraycopy(out, 0, shape, lead, n);
        return new Tensor[] {flat.gather(lead, at).reshape(shape), at.reshape(shape)};
    }

    private Tensor positions(Tensor flat, Tensor samples) {
        if (flat.device() == Device.META) {
            long[] dims = flat.shape().toArray();
            dims[dims.length - 1] = Arrays.stream(out).reduce(1, (a, b) -> a * b);
            return Dense.empty(Shape.of(dims), DType.INT64, Device.META);
        }
        double[] x = flat.detach().toDoubleArray();
        double[] s = samples.detach().toDoubleArray();
        int n = in.length;
        int size = Math.toIntExact(flat.size(-1));
        int count = Math.toIntExact(Arrays.stream(out).reduce(1, (a, b) -> a * b));
        int planes = size == 0 ? 0 : x.length / size;
        long[] at = new long[planes * count];
        DType t = flat.dtype();
        Workers.parallelFor(planes, Math.max(1, 4096 / count), (from, to) -> {
            for (long p = from; p < to; p++) {
                int[][] starts = new int[n][];
                for (int d = 0; d < n; d++) {
                    // Of images the first number is for the columns, of volumes for the outermost dimension.
                    double sample = s[(int) p * n + (n == 2 ? 1 - d : d)];
                    starts[d] = starts(t, sample, d);
                }
                plane(x, (int) p * size, starts, at, (int) p * count);
            }
        });
        long[] dims = flat.shape().toArray();
        dims[dims.length - 1] = count;
        return Tensor.from(at, dims);
    }

    /** Where windows begin, computed as precisely as PyTorch does, because rounding decides. */
    private int[] starts(DType t, double sample, int d) {
        int n = (int) out[d];
        int[] starts = new int[n];
        if (n > 1) {
            double alpha = round(t, round(t, in[d] - kernel[d]) / round(t, n - 1));
            for (int i = 0; i < n - 1; i++) {
                starts[i] = (int) round(t, round(t, i + sample) * alpha) - (int) round(t, sample * alpha);
            }
        }
        starts[n - 1] = (int) in[d] - kernel[d];
        return starts;
    }

    private static double round(DType t, double v) {
        return t == DType.FLOAT64 ? v : Tensor.full(Shape.SCALAR, v, t).item();
    }

    private void plane(double[] x, int base, int[][] starts, long[] at, int to) {
        int n = in.length;
        int[] o = new int[n];
        int[] k = new int[n];
        int window = Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        int count = Arrays.stream(starts).mapToInt(s -> s.length).reduce(1, (a, b) -> a * b);
        for (int i = 0; i < count; i++) {
            double best = Double.NEGATIVE_INFINITY;
            int where = -1;
            Arrays.fill(k, 0);
            for (int w = 0; w < window; w++) {
                int p = 0;
                for (int d = 0; d < n; d++) {
                    p = p * (int) in[d] + starts[d][o[d]] + k[d];
                }
                double v = x[base + p];
                if (where < 0 || v > best || Double.isNaN(v)) {
                    best = v;
                    where = p;
                }
                step(k, kernel);
            }
            at[to + i] = where;
            for (int d = n - 1; d >= 0 && ++o[d] == starts[d].length; d--) {
                o[d] = 0;
            }
        }
    }

    private static void step(int[] k, int[] limits) {
        for (int d = k.length - 1; d >= 0 && ++k[d] == limits[d]; d--) {
            k[d] = 0;
        }
    }
}
