package org.cresset.op;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.random.Draws;
import org.cresset.random.Generator;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations that draw from a generator. */
public final class Randoms {
    private Randoms() {}

    /** The generator to draw from. */
    public record By(Generator generator) implements RandomOp.Source {}

    /** The generator given, or the default one. */
    public static By by(@Nullable Generator g) {
        return new By(g == null ? Generator.defaultGenerator() : g);
    }

    /** 1 with the probability given by each element. */
    public static final class Bernoulli extends RandomOp {
        public static final Bernoulli OP = new Bernoulli();

        private Bernoulli() {
            super("bernoulli");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Dense p = (Dense) in[0].detach().contiguous();
            Draws.bernoulli(
                    ((By) attrs).generator,
                    out[0].segment(),
                    0,
                    p.numel(),
                    out[0].dtype(),
                    p.segment(),
                    p.byteOffset(),
                    p.dtype());
        }
    }

    /** A mask for dropout: 1 with probability p, of the shape of a tensor. */
    public static final class Mask extends RandomOp {
        public static final Mask OP = new Mask();

        /** The probability of 1, and the generator. */
        public record Attrs(double p, Generator generator) implements RandomOp.Source {}

        private Mask() {
            super("dropout_mask");
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            return spec(in[0].shape(), in[0].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Attrs a = (Attrs) attrs;
            Draws.bernoulli(a.generator, out[0].segment(), 0, out[0].numel(), out[0].dtype(), a.p);
        }
    }

    /** Indices (rows, samples) drawn with weights (n) or (rows, n). */
    public static Tensor multinomial(Tensor weights, long samples, boolean replacement, @Nullable Generator generator) {
        if (weights.dim() < 1 || weights.dim() > 2 || !weights.dtype().isFloat()) {
            throw CressetException.runtime("multinomial: weights of " + weights.dtype() + weights.shape()
                    + "; expected floats in 1 or 2 dimensions");
        }
        int n = Math.toIntExact(weights.size(-1));
        if (samples < 1 || !replacement && samples > n) {
            throw CressetException.runtime("multinomial: " + samples + " samples of " + n + " without replacement");
        }
        int rows = weights.dim() == 1 ? 1 : Math.toIntExact(weights.size(0));
        if (weights.device() == Device.META) {
            Shape shape = weights.dim() == 1 ? Shape.of(samples) : Shape.of(rows, samples);
            return Dense.empty(shape, DType.INT64, Device.META);
        }
        double[] w = weights.detach().toDoubleArray();
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                double v = w[r * n + i];
                if (!(v >= 0) || Double.isInfinite(v)) {
                    throw CressetException.runtime("multinomial: weight " + v + " is negative, infinite or NaN");
                }
                sum += v;
            }
            if (!(sum > 0)) {
                throw CressetException.runtime("multinomial: the weights of row " + r + " are all zero");
            }
        }
        Generator g = by(generator).generator;
        long[] out = replacement && samples > 1
                ? withReplacement(g, w, weights.dtype(), rows, n, (int) samples)
                : largest(g, w, weights, rows, n, (int) samples);
        Shape s = weights.dim() == 1 ? Shape.of(samples) : Shape.of(rows, samples);
        return Tensor.from(out, s.toArray());
    }

    /** So many are kept in order while they are looked for. */
    private static final int FEW = 512;

    /** The indices of the largest quotients of weights and exponential numbers. */
    private static long[] largest(Generator g, double[] w, Tensor weights, int rows, int n, int samples) {
        DType t = weights.dtype();
        // The numbers are drawn in the order in which the weights lie in memory.
        Dense drawn =
                weights instanceof Dense d && d.isDense() ? Dense.emptyLike(d, t) : Dense.empty(weights.shape(), t);
        Draws.exponential(g, drawn.segment(), 0, (long) rows * n, t, 1);
        double[] e = drawn.toDoubleArray();
        long[] out = new long[rows * samples];
        for (int r = 0; r < rows; r++) {
            double[] q = new double[n];
            for (int i = 0; i < n; i++) {
                double x = w[r * n + i] / e[r * n + i];
                q[i] = t == DType.FLOAT32 ? (float) x : x;
            }
            largest(q, samples, out, r * samples);
        }
        return out;
    }

    /** The indices of the k largest, in that order; of equal ones the first comes first. */
    private static void largest(double[] q, int k, long[] out, int at) {
        if (k > FEW) {
            Integer[] order = new Integer[q.length];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(q[b], q[a]));
            for (int i = 0; i < k; i++) {
                out[at + i] = order[i];
            }
            return;
        }
        double[] best = new double[k];
        int found = 0;
        for (int i = 0; i < q.length; i++) {
            if (found == k && Double.compare(q[i], best[k - 1]) <= 0) {
                continue;
            }
            int p = found < k ? found++ : k - 1;
            for (; p > 0 && Double.compare(q[i], best[p - 1]) > 0; p--) {
                best[p] = best[p - 1];
                out[at + p] = out[at + p - 1];
            }
            best[p] = q[i];
            out[at + p] = i;
        }
    }

    private static long[] withReplacement(Generator g, double[] w, DType t, int rows, int n, int samples) {
        boolean single = t == DType.FLOAT32;
        long[] out = new long[rows * samples];
        double[] cumulative = new double[n];
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum = single ? (float) (sum + w[r * n + i]) : sum + w[r * n + i];
                cumulative[i] = sum;
            }
            for (int i = 0; i < n; i++) {
                cumulative[i] = single ? (float) cumulative[i] / (float) sum : cumulative[i] / sum;
            }
            cumulative[n - 1] = 1;
            for (int s = 0; s < samples; s++) {
                double u = g.uniformDouble();
                int lo = 0;
                int hi = n;
                while (hi > lo) {
                    int mid = lo + (hi - lo) / 2;
                    if (cumulative[mid] < u) {
                        lo = mid + 1;
                    } else {
                        hi = mid;
                    }
                }
                out[r * samples + s] = Math.min(lo, n - 1);
            }
        }
        return out;
    }
}
