package org.cresset.op;

import java.lang.foreign.MemorySegment;
import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.op.RunningColumns.Step;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Running log(sum(e^x)) along a dimension, each step by the rule of {@code logaddexp}. */
public final class LogCumsumExp extends Scan {
    public static final LogCumsumExp OP = new LogCumsumExp();

    /** Elements that are worth loops over many lines. */
    private static final long WORTH_LOOPS = 1 << 10;

    private LogCumsumExp() {
        super("logcumsumexp", Saves.ALL);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense x = in[0];
        Dense y = out[0];
        if (columns(x, y, ((Scans.Along) attrs).dim())) {
            return;
        }
        DType part = x.dtype().real();
        boolean complex = x.dtype().isComplex();
        Scans.lines(x, y, ((Scans.Along) attrs).dim(), (from, fs, to, ts, n) -> {
            if (!complex) {
                line(part, x.segment(), from, fs, y.segment(), to, ts, n);
                return;
            }
            double[] pair = {Double.NEGATIVE_INFINITY, 0, 0, 0};
            double[] sum = {Double.NEGATIVE_INFINITY, 0};
            for (long i = 0; i < n; i++) {
                double re = Convert.readDouble(part, x.segment(), from + i * fs);
                pair[0] = sum[0];
                pair[1] = sum[1];
                pair[2] = re;
                pair[3] = Convert.readDouble(part, x.segment(), from + i * fs + part.size());
                if (i == 0) {
                    sum[0] = pair[2];
                    sum[1] = pair[3];
                } else {
                    LogSums.add(pair, sum);
                }
                Convert.writeDouble(part, y.segment(), to + i * ts + part.size(), sum[1]);
                Convert.writeDouble(part, y.segment(), to + i * ts, sum[0]);
            }
        });
    }

    /** Many lines at once, turned to lie side by side if they don't; false where that isn't worth it. */
    private static boolean columns(Dense x, Dense y, int d) {
        if (x.dtype() != DType.FLOAT32 && x.dtype() != DType.FLOAT64 || x.numel() < WORTH_LOOPS) {
            return false;
        }
        return RunningColumns.accumulate(x, y, d, Step.LOG_SUM)
                || RunningColumns.turned(
                        d, new Dense[] {x}, y, (in, out) -> RunningColumns.accumulate(in[0], out, 0, Step.LOG_SUM));
    }

    private static void line(DType t, MemorySegment x, long from, long fs, MemorySegment y, long to, long ts, long n) {
        LineArrays arrays = LineArrays.own();
        double[] some = arrays.first;
        double sum = Double.NEGATIVE_INFINITY;
        for (long i = 0; i < n; i += some.length) {
            int m = (int) Math.min(some.length, n - i);
            arrays.read(t, x, from + i * fs, fs, some, m);
            for (int k = 0; k < m; k++) {
                sum = add(sum, some[k]);
                some[k] = sum;
            }
            arrays.write(some, t, y, to + i * ts, ts, m);
        }
    }

    private static double add(double a, double b) {
        double max = Math.max(a, b);
        return a == b && Double.isInfinite(a) ? a : max + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    /**
     * The gradient at i is the sum over j from i on of g_j e^(x_i - y_j). The sums with e^(y_i - y_j) follow from each other from
     * the end on, and no exponential in that exceeds 1.
     */
    @Override
    protected void vjp(Vjp v) {
        int d = ((Scans.Along) v.attrs()).dim();
        Tensor x = v.input(0);
        Tensor y = v.output(0);
        Tensor g = v.grad();
        if (x.dim() == 0 || x.numel() == 0) {
            v.set(0, g);
            return;
        }
        long n = x.size(d);
        Tensor last = y.narrow(d, 0, 1).zerosLike();
        Tensor factors =
                n == 1 ? last : Tensor.cat(d, LogSums.share(y.narrow(d, 0, n - 1), y.narrow(d, 1, n - 1)), last);
        Tensor sums = Recurrence.OP.on(new Recurrence.Attrs(d, true), g, factors.conj());
        v.set(0, sums.mul(LogSums.share(x, y).conj()));
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return in[0].dim() == 1
                ? super.batch(attrs, in, mapped, size)
                : all(new Scans.Along(((Scans.Along) attrs).dim() + 1), in[0]);
    }
}
