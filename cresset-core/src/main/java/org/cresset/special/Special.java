package org.cresset.special;

import org.cresset.op.BesselFunctions;
import org.cresset.op.Logarithms;
import org.cresset.op.SpecialFunctions;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/**
 * {@code torch.special}: functions of each element, which give floating point for integers; operands broadcast and promote.
 * What tensors have as methods (erf, lgamma, xlogy, logsumexp, ...) isn't repeated here.
 */
public final class Special {
    private Special() {}

    /** e^-|x| I0(x). As {@code torch.special.i0e}. */
    @Torch("special.i0e(self)")
    public static Tensor i0e(Tensor x) {
        return BesselFunctions.I0E.on(x);
    }

    /** The modified Bessel function of order 1. As {@code torch.special.i1}. */
    @Torch({"special.i1(self)", "special.modified_bessel_i1(self)"})
    public static Tensor i1(Tensor x) {
        return BesselFunctions.I1.on(x);
    }

    /** e^-|x| I1(x). As {@code torch.special.i1e}. */
    @Torch("special.i1e(self)")
    public static Tensor i1e(Tensor x) {
        return BesselFunctions.I1E.on(x);
    }

    /** The Airy function Ai. As {@code torch.special.airy_ai}. */
    @Torch("special.airy_ai(self)")
    public static Tensor airyAi(Tensor x) {
        return BesselFunctions.AIRY_AI.on(x);
    }

    /** The Bessel function of the first kind of order 0. As {@code torch.special.bessel_j0}. */
    @Torch("special.bessel_j0(self)")
    public static Tensor besselJ0(Tensor x) {
        return BesselFunctions.J0.on(x);
    }

    /** The Bessel function of the first kind of order 1. As {@code torch.special.bessel_j1}. */
    @Torch("special.bessel_j1(self)")
    public static Tensor besselJ1(Tensor x) {
        return BesselFunctions.J1.on(x);
    }

    /** The Bessel function of the second kind of order 0. As {@code torch.special.bessel_y0}. */
    @Torch("special.bessel_y0(self)")
    public static Tensor besselY0(Tensor x) {
        return BesselFunctions.Y0.on(x);
    }

    /** The Bessel function of the second kind of order 1. As {@code torch.special.bessel_y1}. */
    @Torch("special.bessel_y1(self)")
    public static Tensor besselY1(Tensor x) {
        return BesselFunctions.Y1.on(x);
    }

    /** The modified Bessel function of the second kind of order 0. As {@code torch.special.modified_bessel_k0}. */
    @Torch("special.modified_bessel_k0(self)")
    public static Tensor modifiedBesselK0(Tensor x) {
        return BesselFunctions.K0.on(x);
    }

    /** The modified Bessel function of the second kind of order 1. As {@code torch.special.modified_bessel_k1}. */
    @Torch("special.modified_bessel_k1(self)")
    public static Tensor modifiedBesselK1(Tensor x) {
        return BesselFunctions.K1.on(x);
    }

    /** e^x K0(x). As {@code torch.special.scaled_modified_bessel_k0}. */
    @Torch("special.scaled_modified_bessel_k0(self)")
    public static Tensor scaledModifiedBesselK0(Tensor x) {
        return BesselFunctions.K0E.on(x);
    }

    /** e^x K1(x). As {@code torch.special.scaled_modified_bessel_k1}. */
    @Torch("special.scaled_modified_bessel_k1(self)")
    public static Tensor scaledModifiedBesselK1(Tensor x) {
        return BesselFunctions.K1E.on(x);
    }

    /** The spherical Bessel function of order 0, sin(x) / x. As {@code torch.special.spherical_bessel_j0}. */
    @Torch("special.spherical_bessel_j0(self)")
    public static Tensor sphericalBesselJ0(Tensor x) {
        return BesselFunctions.SPHERICAL_J0.on(x);
    }

    /** e^(x^2) erfc(x). As {@code torch.special.erfcx}. */
    @Torch("special.erfcx(self)")
    public static Tensor erfcx(Tensor x) {
        return SpecialFunctions.ERFCX.on(x);
    }

    /** The standard normal distribution function. As {@code torch.special.ndtr}. */
    @Torch("special.ndtr(self)")
    public static Tensor ndtr(Tensor x) {
        return SpecialFunctions.NDTR.on(x);
    }

    /** The quantile of the standard normal distribution. As {@code torch.special.ndtri}. */
    @Torch("special.ndtri(self)")
    public static Tensor ndtri(Tensor x) {
        return SpecialFunctions.NDTRI.on(x);
    }

    /** The logarithm of the standard normal distribution function. As {@code torch.special.log_ndtr}. */
    @Torch("special.log_ndtr(self)")
    public static Tensor logNdtr(Tensor x) {
        return SpecialFunctions.LOG_NDTR.on(x);
    }

    /** -x log(x), 0 at 0 and -infinity below. As {@code torch.special.entr}. */
    @Torch("special.entr(self)")
    public static Tensor entr(Tensor x) {
        return Logarithms.Entr.OP.on(x);
    }

    /** a log(1 + b), 0 where a is 0. As {@code torch.special.xlog1py}. */
    @Torch("special.xlog1py(self: Scalar, other)")
    public static Tensor xlog1py(Tensor a, Tensor b) {
        return Logarithms.Xlog1py.OP.on(a, b);
    }

    /** The Hurwitz zeta function of exponent s at q. As {@code torch.special.zeta}. */
    @Torch("special.zeta(self: Scalar, other)")
    public static Tensor zeta(Tensor s, Tensor q) {
        return SpecialFunctions.ZETA.on(s, q);
    }

    /** The Chebyshev polynomial of the first kind, of degree n. As {@code torch.special.chebyshev_polynomial_t}. */
    @Torch("special.chebyshev_polynomial_t(x: Scalar, n)")
    public static Tensor chebyshevPolynomialT(Tensor x, Tensor n) {
        return SpecialFunctions.CHEBYSHEV_T.on(x, n);
    }

    /** The Chebyshev polynomial of the second kind, of degree n. As {@code torch.special.chebyshev_polynomial_u}. */
    @Torch("special.chebyshev_polynomial_u(x: Scalar, n)")
    public static Tensor chebyshevPolynomialU(Tensor x, Tensor n) {
        return SpecialFunctions.CHEBYSHEV_U.on(x, n);
    }

    /** The Chebyshev polynomial of the third kind, of degree n. As {@code torch.special.chebyshev_polynomial_v}. */
    @Torch("special.chebyshev_polynomial_v(x: Scalar, n)")
    public static Tensor chebyshevPolynomialV(Tensor x, Tensor n) {
        return SpecialFunctions.CHEBYSHEV_V.on(x, n);
    }

    /** The Chebyshev polynomial of the fourth kind, of degree n. As {@code torch.special.chebyshev_polynomial_w}. */
    @Torch("special.chebyshev_polynomial_w(x: Scalar, n)")
    public static Tensor chebyshevPolynomialW(Tensor x, Tensor n) {
        return SpecialFunctions.CHEBYSHEV_W.on(x, n);
    }

    /** The Chebyshev polynomial of the first kind at 2 x - 1, of degree n. As {@code torch.special.shifted_chebyshev_polynomial_t}. */
    @Torch("special.shifted_chebyshev_polynomial_t(x: Scalar, n)")
    public static Tensor shiftedChebyshevPolynomialT(Tensor x, Tensor n) {
        return SpecialFunctions.SHIFTED_CHEBYSHEV_T.on(x, n);
    }

    /** The Chebyshev polynomial of the second kind at 2 x - 1, of degree n. As {@code torch.special.shifted_chebyshev_polynomial_u}. */
    @Torch("special.shifted_chebyshev_polynomial_u(x: Scalar, n)")
    public static Tensor shiftedChebyshevPolynomialU(Tensor x, Tensor n) {
        return SpecialFunctions.SHIFTED_CHEBYSHEV_U.on(x, n);
    }

    /** The Chebyshev polynomial of the third kind at 2 x - 1, of degree n. As {@code torch.special.shifted_chebyshev_polynomial_v}. */
    @Torch("special.shifted_chebyshev_polynomial_v(x: Scalar, n)")
    public static Tensor shiftedChebyshevPolynomialV(Tensor x, Tensor n) {
        return SpecialFunctions.SHIFTED_CHEBYSHEV_V.on(x, n);
    }

    /** The Chebyshev polynomial of the fourth kind at 2 x - 1, of degree n. As {@code torch.special.shifted_chebyshev_polynomial_w}. */
    @Torch("special.shifted_chebyshev_polynomial_w(x: Scalar, n)")
    public static Tensor shiftedChebyshevPolynomialW(Tensor x, Tensor n) {
        return SpecialFunctions.SHIFTED_CHEBYSHEV_W.on(x, n);
    }

    /** The physicists' Hermite polynomial, of degree n. As {@code torch.special.hermite_polynomial_h}. */
    @Torch("special.hermite_polynomial_h(x: Scalar, n)")
    public static Tensor hermitePolynomialH(Tensor x, Tensor n) {
        return SpecialFunctions.HERMITE_H.on(x, n);
    }

    /** The probabilists' Hermite polynomial, of degree n. As {@code torch.special.hermite_polynomial_he}. */
    @Torch("special.hermite_polynomial_he(x: Scalar, n)")
    public static Tensor hermitePolynomialHe(Tensor x, Tensor n) {
        return SpecialFunctions.HERMITE_HE.on(x, n);
    }

    /** The Laguerre polynomial, of degree n. As {@code torch.special.laguerre_polynomial_l}. */
    @Torch("special.laguerre_polynomial_l(x: Scalar, n)")
    public static Tensor laguerrePolynomialL(Tensor x, Tensor n) {
        return SpecialFunctions.LAGUERRE_L.on(x, n);
    }

    /** The Legendre polynomial, of degree n. As {@code torch.special.legendre_polynomial_p}. */
    @Torch("special.legendre_polynomial_p(x: Scalar, n)")
    public static Tensor legendrePolynomialP(Tensor x, Tensor n) {
        return SpecialFunctions.LEGENDRE_P.on(x, n);
    }
}
