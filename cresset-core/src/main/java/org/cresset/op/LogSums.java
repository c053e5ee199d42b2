package org.cresset.op;

import org.cresset.tensor.Tensor;

/** log(e^a + e^b) of complex numbers, and derivatives of such sums. */
final class LogSums {
    private LogSums() {}

    /** The larger real part is taken out; a sum with an infinite part keeps the larger operand. */
    static void add(double[] x, double[] out) {
        boolean first = x[0] >= x[2];
        double re = first ? x[0] : x[2];
        double im = first ? x[1] : x[3];
        double smallRe = first ? x[2] : x[0];
        double smallIm = first ? x[3] : x[1];
        if (Double.isNaN(x[0]) || Double.isNaN(x[1]) || Double.isNaN(x[2]) || Double.isNaN(x[3])) {
            out[0] = Double.NaN;
            out[1] = Double.NaN;
            return;
        }
        if (Double.isInfinite(re) && re == smallRe) {
            if (re < 0) { // both sums are nothing
                out[0] = re;
                out[1] = im;
                return;
            }
            double[] sum = {Math.cos(im) + Math.cos(smallIm), Math.sin(im) + Math.sin(smallIm)};
            out[0] = re;
            out[1] = Math.atan2(sum[1], sum[0]);
            return;
        }
        if (Double.isInfinite(re) || Double.isInfinite(smallRe)) {
            out[0] = re;
            out[1] = im;
            return;
        }
        double r = Math.exp(smallRe - re);
        double[] ratio = {r * Math.cos(smallIm - im), r * Math.sin(smallIm - im)};
        ComplexMath.log1p(ratio, out);
        out[0] += re;
        out[1] += im;
    }

    /** e^(x - y), where x is one term's logarithm and y the sum's; 1 where both are infinite. */
    static Tensor share(Tensor x, Tensor y) {
        if (!x.dtype().isComplex() && !y.dtype().isComplex()) {
            return Logarithms.Share.OP.on(None.NONE, x, y);
        }
        Tensor d = x.sub(y);
        Tensor same = x.eq(y).logicalAnd(d.isnan());
        return Tensor.where(same, Tensor.number(0).to(d.dtype()), d).exp();
    }
}
