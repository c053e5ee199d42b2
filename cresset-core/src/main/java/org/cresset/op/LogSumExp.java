package org.cresset.op;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.emit.Combine;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** log(sum(e^x)) without overflow, over the last dimensions of float32 in two passes. */
public final class LogSumExp extends Fused {
    private static final LogSumExp OP = new LogSumExp();

    private LogSumExp() {
        super("logsumexp", Saves.INPUTS);
    }

    /** Over dimensions of numbers that have exponentials; there must be elements. */
    public static Tensor of(Tensor x, Reduce.Axes a) {
        boolean last = x.dtype() == DType.FLOAT32 && x.dim() > 0;
        for (int d = 1; d < x.dim(); d++) {
            last &= a.has(d) || !a.has(d - 1); // what is reduced follows what isn't
        }
        return last && a.has(x.dim() - 1) ? OP.on(a, x) : composed(x, a);
    }

    private static Tensor composed(Tensor x, Reduce.Axes a) {
        long[] dims = new long[Long.bitCount(a.mask())];
        int k = 0;
        for (int d = 0; d < x.dim(); d++) {
            if (a.has(d)) {
                dims[k++] = d;
            }
        }
        Tensor m = (x.dtype().isComplex() ? x.real() : x).detach().amax(dims, true);
        Tensor finite = Tensor.where(m.isinf(), m.zerosLike(), m);
        Tensor y = x.sub(finite).exp().sum(dims, true).log().add(finite);
        return a.keepdim() ? y : y.reshape(Reduce.reduced(x.shape(), a).toArray());
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.INHERITED;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Reduce.reduced(in[0].shape(), (Reduce.Axes) attrs), in[0].dtype());
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        return new Tensor[] {of(in[0], ((Reduce.Axes) attrs).shift())};
    }

    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        return new Tensor[] {composed(in[0], (Reduce.Axes) attrs)};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense y = out[0];
        if (in[0].dtype() != DType.FLOAT32) { // by a transform
            Pointwise.copy((Dense) composed(in[0], (Reduce.Axes) attrs), y);
            return;
        }
        Dense x = Rows.floats(in[0]);
        long n = x.numel() / y.numel();
        Workers.parallelFor(y.numel(), Rows.grain(8 * n), (from, to) -> {
            Rows r = Rows.local();
            MemorySegment xs = x.segment();
            for (long i = from; i < to; i++) {
                long at = x.byteOffset() + 4 * i * n;
                float most = r.largest(xs, at, n); // a NaN comes back with the exponentials
                r.number(0, Float.isInfinite(most) ? 0 : most);
                double sum;
                if (Float.isInfinite(most)) {
                    sum = 0;
                    for (long j = 0; j < n; j++) {
                        sum += Math.exp(xs.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4 * j));
                    }
                    most = 0;
                } else {
                    sum = r.accumulate(
                            FusedLoops.SUM_EXP_SHIFTED_ROWS, Combine.SUM, xs, at, r.numbers(), 0, true, null, 0, n);
                }
                y.segment()
                        .set(ValueLayout.JAVA_FLOAT_UNALIGNED, y.byteOffset() + 4 * i, (float) (Math.log(sum) + most));
            }
        });
    }
}
