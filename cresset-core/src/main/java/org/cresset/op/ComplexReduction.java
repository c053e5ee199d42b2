package org.cresset.op;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.emit.Combine;
import org.cresset.tensor.Dense;

/** Sums and products of complex numbers, in double precision. */
final class ComplexReduction {
    private ComplexReduction() {}

    static void run(Combine combine, Dense in, Dense out, Reduce.Axes a, Reduce op) {
        if (combine != Combine.SUM && combine != Combine.PRODUCT) {
            throw CressetException.unsupported(op.name() + ": does not exist for " + in.dtype());
        }
        long n = Reduce.count(in.shape(), a);
        double[] re = new double[Math.toIntExact(out.numel())];
        double[] im = new double[re.length];
        if (combine == Combine.PRODUCT) {
            Arrays.fill(re, 1);
        }
        Reduce.Axes kept = new Reduce.Axes(a.mask(), true, null);
        Dense places = Dense.over(
                out.storage(),
                Reduce.reduced(in.shape(), kept),
                Reduce.reduced(in.shape(), kept).contiguousStrides(),
                0,
                out.dtype());
        long[] strides = places.strides();
        for (int d = 0; d < strides.length; d++) {
            if (a.has(d)) {
                strides[d] = 0;
            }
        }
        Geometry g = Geometry.of(in.shape(), in, places.view(in.shape(), strides, 0));
        DType part = in.dtype().real();
        for (long i = 0; i < g.numel; i++) {
            long o = g.offset(0, i);
            int k = (int) (g.offset(1, i) >> out.dtype().shift());
            double x = Convert.readDouble(part, in.segment(), o);
            double y = in.dtype().isComplex() ? Convert.readDouble(part, in.segment(), o + part.size()) : 0;
            if (combine == Combine.SUM) {
                re[k] += x;
                im[k] += y;
            } else {
                double r = re[k] * x - im[k] * y;
                im[k] = re[k] * y + im[k] * x;
                re[k] = r;
            }
        }
        DType t = out.dtype().real();
        for (int k = 0; k < re.length; k++) {
            long o = out.byteOffset() + (long) k * out.dtype().size();
            double scale = op.finish(1, n);
            Convert.writeDouble(t, out.segment(), o, re[k] * scale);
            Convert.writeDouble(t, out.segment(), o + t.size(), im[k] * scale);
        }
    }
}
