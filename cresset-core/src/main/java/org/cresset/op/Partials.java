package org.cresset.op;

import org.cresset.tensor.Tensor;

/** Derivatives that take more than a line. */
final class Partials {
    private Partials() {}

    /** Where a wins over b: 1 if larger, 1/2 if equal. */
    static Tensor larger(Tensor a, Tensor b) {
        Tensor wins = a.gt(b).to(a.dtype());
        return wins.add(a.eq(b).to(a.dtype()).mul(0.5));
    }

    static Tensor ofBase(Tensor a, Tensor b) {
        Tensor d = b.mul(a.pow(b.sub(1)));
        return Tensor.where(b.eq(0), Tensor.number(0).to(d.dtype()), d);
    }

    static Tensor ofExponent(Tensor a, Tensor b, Tensor y) {
        Tensor d = y.mul(a.log());
        // 0 to the power of b is 0 or 1 where b isn't negative.
        Tensor flat = a.eq(0).logicalAnd(b.dtype().isComplex() ? b.real().ge(0) : y.le(1));
        return Tensor.where(flat, Tensor.number(0).to(d.dtype()), d);
    }

    static Tensor copySign(Tensor a, Tensor b) {
        Tensor ratio = a.copysign(b).div(a);
        return Tensor.where(a.eq(0), Tensor.number(0).to(ratio.dtype()), ratio);
    }

    static Tensor geluTanh(Tensor x) {
        double c = 0.7978845608028654;
        Tensor t = x.mul(x).mul(0.044715).add(1).mul(x).mul(c).tanh();
        Tensor inner = x.mul(x).mul(3 * 0.044715).add(1).mul(c);
        return t.add(1).mul(0.5).add(x.mul(0.5).mul(t.mul(t).neg().add(1)).mul(inner));
    }

    static Tensor gelu(Tensor x) {
        Tensor cdf = x.mul(0.7071067811865476).erf().add(1).mul(0.5);
        Tensor pdf = x.mul(x).mul(-0.5).exp().mul(0.3989422804014327);
        return cdf.add(x.mul(pdf));
    }

    static Tensor silu(Tensor x) {
        Tensor s = x.sigmoid();
        return s.mul(x.mul(s.neg().add(1)).add(1));
    }

    static Tensor mish(Tensor x) {
        Tensor t = x.softplus(1, 20).tanh();
        return t.add(x.mul(x.sigmoid()).mul(t.mul(t).neg().add(1)));
    }

    static Tensor hardswish(Tensor x) {
        Tensor middle = x.div(3).add(0.5);
        Tensor upper = Tensor.where(x.gt(3), Tensor.number(1).to(x.dtype()), middle);
        return Tensor.where(x.lt(-3), Tensor.number(0).to(x.dtype()), upper);
    }
}
