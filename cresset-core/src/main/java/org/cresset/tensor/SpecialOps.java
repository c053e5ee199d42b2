package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.BesselFunctions;
import org.cresset.op.Logarithms;
import org.cresset.op.Scans;
import org.cresset.op.SpecialFunctions;

/**
 * Special functions that PyTorch has as methods; the others are in {@link org.cresset.special.Special}. Operands broadcast and
 * promote.
 */
public sealed interface SpecialOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The modified Bessel function of order 0. As {@code torch.i0}. */
    @Torch({"i0(self)", "special.i0(self)", "special.modified_bessel_i0(self)"})
    default Tensor i0() {
        return BesselFunctions.I0.on(self());
    }

    /** The lower regularised incomplete gamma function P(x, other). As {@code torch.igamma}. */
    @Torch({"igamma(self, other: Tensor)", "special.gammainc(self, other: Tensor)"})
    default Tensor igamma(Tensor other) {
        return SpecialFunctions.IGAMMA.on(self(), other);
    }

    /** The upper regularised incomplete gamma function Q(x, other). As {@code torch.igammac}. */
    @Torch({"igammac(self, other: Tensor)", "special.gammaincc(self, other: Tensor)"})
    default Tensor igammac(Tensor other) {
        return SpecialFunctions.IGAMMAC.on(self(), other);
    }

    /** The logarithm of the multivariate gamma function of dimension p. As {@code torch.mvlgamma}. */
    @Torch({"mvlgamma(self, p)", "special.multigammaln(self, p)"})
    default Tensor mvlgamma(long p) {
        if (p < 1) {
            throw CressetException.runtime("mvlgamma: p is " + p + "; expected at least 1");
        }
        Tensor x = self().dtype().isDifferentiable() ? self() : self().to(DType.FLOAT32);
        Tensor halves = Tensor.arange(-(p - 1) / 2.0, 0.25, 0.5, x.dtype());
        return x.unsqueeze(-1).add(halves).lgamma().sum(-1).add(p * (p - 1) / 4.0 * Math.log(Math.PI));
    }

    /** log(e^x + e^other). As {@code torch.logaddexp}. */
    @Torch("logaddexp(self, other: Tensor)")
    default Tensor logaddexp(Tensor other) {
        return Logarithms.Logaddexp.OP.on(self(), other);
    }

    /** log2(2^x + 2^other). As {@code torch.logaddexp2}. */
    @Torch("logaddexp2(self, other: Tensor)")
    default Tensor logaddexp2(Tensor other) {
        return Logarithms.Logaddexp2.OP.on(self(), other);
    }

    /** x log(other), 0 where x is 0. As {@code torch.xlogy}. */
    @Torch({"xlogy(self: Scalar, other)", "special.xlogy(self: Scalar, other)"})
    default Tensor xlogy(Tensor other) {
        return Logarithms.Xlogy.OP.on(self(), other);
    }

    /** x log(other), 0 where x is 0. */
    default Tensor xlogy(Number other) {
        return xlogy(Tensor.number(other));
    }

    /** Running log(sum(e^x)) along a dimension, without overflow. As {@code torch.logcumsumexp}. */
    @Torch("logcumsumexp(self, dim)")
    default Tensor logcumsumexp(long dim) {
        Tensor x = self();
        if (!x.dtype().isDifferentiable()) {
            throw CressetException.unsupported("logcumsumexp: does not exist for " + x.dtype());
        }
        return org.cresset.op.LogCumsumExp.OP.on(Scans.along("logcumsumexp", x, dim), x);
    }
}
