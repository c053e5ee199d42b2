package org.cresset.op;

import org.cresset.emit.ErrorLanes;
import org.cresset.emit.GammaLanes;
import org.cresset.emit.IncompleteGamma;
import org.cresset.emit.Orthogonal;
import org.cresset.tensor.Tensor;

/** The normal distribution's functions, incomplete gamma and zeta functions and the orthogonal polynomials. */
public final class SpecialFunctions {
    private static final double ROOT_TWO_PI = 2.50662827463100050242;

    /** e^(x^2) erfc(x). */
    public static final Called ERFCX = new Called("special_erfcx", ErrorLanes::erfcx, Saves.ALL, (x, y) -> x.mul(y)
            .mul(2)
            .sub(1.1283791670955125739));
    /** The normal distribution function. */
    public static final Called NDTR = new Called("special_ndtr", ErrorLanes::ndtr, Saves.INPUTS, (x, y) -> x.mul(x)
            .mul(-0.5)
            .exp()
            .div(ROOT_TWO_PI));
    /** Its inverse. */
    public static final Called NDTRI =
            new Called("special_ndtri", ErrorLanes::ndtri, false, Saves.ALL, (x, y) -> y.mul(y)
                    .mul(0.5)
                    .exp()
                    .mul(ROOT_TWO_PI));
    /** Its logarithm. */
    public static final Called LOG_NDTR =
            new Called("special_log_ndtr", ErrorLanes::logNdtr, Saves.INPUTS, (x, y) -> SpecialFunctions.ERFCX
                    .on(x.mul(-0.70710678118654752440))
                    .reciprocal()
                    .mul(0.79788456080286535588));
    /** The Hurwitz zeta function. */
    public static final CalledBinary ZETA = new CalledBinary(
            "special_zeta",
            Promotion.TO_FLOAT,
            GammaLanes::zeta,
            true,
            (i, s, q) -> i == 0
                    ? Called.missing("special_zeta's exponent")
                    : SpecialFunctions.ZETA.on(s.add(1), q).mul(s).neg());
    /** The lower regularised incomplete gamma function. */
    public static final CalledBinary IGAMMA = new CalledBinary(
            "igamma", Promotion.FLOAT_ONLY, IncompleteGamma.class, "lower", (i, a, x) -> density("igamma", i, a, x));
    /** The upper regularised incomplete gamma function. */
    public static final CalledBinary IGAMMAC = new CalledBinary(
            "igammac", Promotion.FLOAT_ONLY, IncompleteGamma.class, "upper", (i, a, x) -> density("igammac", i, a, x)
                    .neg());

    /** The polynomials. */
    public static final CalledBinary CHEBYSHEV_T = polynomial("chebyshev_polynomial_t", "chebyshevT");

    /** Second kind. */
    public static final CalledBinary CHEBYSHEV_U = polynomial("chebyshev_polynomial_u", "chebyshevU");

    /** Third kind. */
    public static final CalledBinary CHEBYSHEV_V = polynomial("chebyshev_polynomial_v", "chebyshevV");

    /** Fourth kind. */
    public static final CalledBinary CHEBYSHEV_W = polynomial("chebyshev_polynomial_w", "chebyshevW");

    /** First kind at 2 x - 1. */
    public static final CalledBinary SHIFTED_CHEBYSHEV_T =
            polynomial("shifted_chebyshev_polynomial_t", "shiftedChebyshevT");

    /** Second kind at 2 x - 1. */
    public static final CalledBinary SHIFTED_CHEBYSHEV_U =
            polynomial("shifted_chebyshev_polynomial_u", "shiftedChebyshevU");

    /** Third kind at 2 x - 1. */
    public static final CalledBinary SHIFTED_CHEBYSHEV_V =
            polynomial("shifted_chebyshev_polynomial_v", "shiftedChebyshevV");

    /** Fourth kind at 2 x - 1. */
    public static final CalledBinary SHIFTED_CHEBYSHEV_W =
            polynomial("shifted_chebyshev_polynomial_w", "shiftedChebyshevW");

    /** Hermite, physicists'. */
    public static final CalledBinary HERMITE_H = polynomial("hermite_polynomial_h", "hermiteH");

    /** Hermite, probabilists'. */
    public static final CalledBinary HERMITE_HE = polynomial("hermite_polynomial_he", "hermiteHe");

    /** Laguerre. */
    public static final CalledBinary LAGUERRE_L = polynomial("laguerre_polynomial_l", "laguerreL");

    /** Legendre. */
    public static final CalledBinary LEGENDRE_P = polynomial("legendre_polynomial_p", "legendreP");

    private SpecialFunctions() {}

    private static CalledBinary polynomial(String name, String method) {
        return new CalledBinary(
                "special_" + name, Promotion.TO_FLOAT, Orthogonal.class, method, (i, x, n) -> Called.missing(name));
    }

    /** x^(a-1) e^-x / Gamma(a). */
    private static Tensor density(String name, int i, Tensor a, Tensor x) {
        if (i == 0) {
            return Called.missing(name + "'s first parameter");
        }
        return a.sub(1).mul(x.log()).sub(x).sub(a.lgamma()).exp();
    }
}
