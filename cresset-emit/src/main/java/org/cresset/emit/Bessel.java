package org.cresset.emit;

/**
 * Bessel functions of orders 0 and 1. Up to 8 their power series, with the zeros divided out, are Chebyshev sums in x^2; from
 * there on Hankel's expansion (Abramowitz and Stegun, 9.2.5 to 9.2.10) has Chebyshev sums for its two amplitudes. The
 * coefficients were computed for this file from 50-digit values.
 */
public final class Bessel {
    private static final double TWO_OVER_PI = 0.63661977236758134308;
    /** The first zeros, each as the nearest number and what it lacks. */
    static final double[] J0_ZEROS = {
        2.404825557695773, -1.176691651530894e-16, 5.520078110286311, 8.088597146146722e-17
    };

    static final double[] J1_ZEROS = {
        3.8317059702075125, -1.5269184090088067e-16, 7.015586669815619, -9.414165653410389e-17
    };

    /** J0(x) / ((x^2 - r1^2) (x^2 - r2^2)) for x^2 = 32 (t + 1). */
    static final double[] J0_SMALL = {
        0.0019903555001601486, -0.002620939138497025, 0.0008687721472062577, -0.00017040584951557357,
        2.204908639454817e-05, -2.0248894980012834e-06, 1.3898025173428905e-07, -7.406701254344167e-09,
        3.1559927583611334e-10, -1.1003860827939697e-11, 3.1989232970233477e-13, -7.875041254709154e-15,
        1.6632588015211278e-16, -3.0475993756698376e-18, 4.8912290055811176e-20
    };

    /** J1(x) / (x (x^2 - r1^2) (x^2 - r2^2)) for x^2 = 32 (t + 1). */
    static final double[] J1_SMALL = {
        0.00027895709887613106, -0.0003115684036643562, 8.553646588540538e-05, -1.4149356425623485e-05,
        1.576470099225889e-06, -1.269075502369425e-07, 7.747614077073057e-09, -3.716577146675772e-10,
        1.4395417669312554e-11, -4.60007822413452e-13, 1.2341465589619718e-14, -2.8205466239524856e-16,
        5.558821065951572e-18, -9.546930865755219e-20, 1.4418291781315051e-21
    };

    /** Y0(x) - 2/pi log(x) J0(x) for x^2 = 32 (t + 1). */
    static final double[] Y0_SMALL = {
        -0.03314611320328494,
        -0.2744743055297453,
        0.17903431407718265,
        0.26156734625504663,
        -0.17730201278114358,
        0.04719668959576339,
        -0.007287962479552079,
        0.0007531135932577742,
        -5.632079141056987e-05,
        3.206532537654801e-06,
        -1.44072332740187e-07,
        5.248794787330516e-09,
        -1.5837552541812015e-10,
        4.02633081830612e-12,
        -8.747341203310769e-14,
        1.6434898714919468e-15,
        -2.6977881152566837e-17
    };

    /** (Y1(x) - 2/pi (log(x) J1(x) - 1/x)) / x for x^2 = 32 (t + 1). */
    static final double[] Y1_SMALL = {
        0.0025380132357417816,
        -0.01608717304766875,
        -0.09591204536083074,
        0.08445197259652346,
        -0.028328123944594365,
        0.005289897544167113,
        -0.0006414551451326356,
        5.505982873338744e-05,
        -3.53808001868935e-06,
        1.7707804556154404e-07,
        -7.11055004989928e-09,
        2.344337905911516e-10,
        -6.4651518414115946e-12,
        1.51429151205002e-13,
        -3.0511859694473254e-15,
        5.34668038572867e-17,
        -8.224911372021585e-19
    };

    /** The cosine's amplitude in order 0 for (8 / x)^2 = (t + 1) / 2. */
    static final double[] P0 = {
        0.9994603493475187, -0.0005365220468132117, 3.0751847875194745e-06, -5.1705945376060975e-08,
        1.6306464635151382e-09, -7.86409137723707e-11, 5.168262387349193e-12, -4.3045788699253914e-13,
        4.3265957431549404e-14, -5.069034095935236e-15, 6.748072215733873e-16, -1.0011513723467786e-16,
        1.6305919233744186e-17, -2.880866169482871e-18
    };

    /** x / 8 times the sine's amplitude in order 0. */
    static final double[] Q0 = {
        -0.015555854605337009, 6.838519942611649e-05, -7.414498411060647e-07, 1.7972457247968992e-08,
        -7.27191593686632e-10, 4.2201219046687385e-11, -3.206747420996635e-12, 3.006145125351706e-13,
        -3.336328185322427e-14, 4.255225040245461e-15, -6.09993013164005e-16, 9.662128970303257e-17,
        -1.6686065214378146e-17, 3.1082440486738143e-18, -6.191115787358145e-19, 1.3091448717220122e-19
    };

    /** The cosine's amplitude in order 1. */
    static final double[] P1 = {
        1.0009030408600137,
        0.0008989898330859408,
        -3.987284300488908e-06,
        6.177633960644299e-08,
        -1.8718907491063067e-09,
        8.816898659582339e-11,
        -5.704863640395645e-12,
        4.699195515230542e-13,
        -4.6842237839904895e-14,
        5.452674896044717e-15,
        -7.221180842274018e-16,
        1.0667689114335412e-16,
        -1.7312313216116335e-17,
        3.0492991197665872e-18
    };

    /** x / 8 times the sine's amplitude in order 1. */
    static final double[] Q1 = {
        0.04677778706953532, -9.62772354915708e-05, 9.138615257955454e-07, -2.0959781384083424e-08,
        8.229193327650554e-10, -4.686363688176945e-11, 3.5152187949686082e-12, -3.2643156743279e-13,
        3.5967765829165294e-14, -4.5612523950772974e-15, 6.508282957783384e-16, -1.0269147531823243e-16,
        1.767635548776479e-17, -3.2834519872981614e-18, 6.524081149589261e-19, -1.3765771484849487e-19
    };

    private Bessel() {}

    /** J0(x). */
    public static double j0(double x) {
        double a = Math.abs(x);
        if (a <= 8) {
            return Chebyshev.sum(J0_SMALL, a * a / 32 - 1) * zeros(a, J0_ZEROS);
        }
        // cos(x - pi/4) and sin(x - pi/4), times sqrt(2)
        double s = Math.sin(a);
        double c = Math.cos(a);
        return amplitude(a) * (p(P0, a) * (c + s) - q(Q0, a) * (s - c));
    }

    /** J1(x). */
    public static double j1(double x) {
        double a = Math.abs(x);
        if (a <= 8) {
            return x * Chebyshev.sum(J1_SMALL, a * a / 32 - 1) * zeros(a, J1_ZEROS);
        }
        // cos(x - 3 pi/4) and sin(x - 3 pi/4), times sqrt(2)
        double s = Math.sin(a);
        double c = Math.cos(a);
        double y = amplitude(a) * (p(P1, a) * (s - c) + q(Q1, a) * (s + c));
        return x < 0 ? -y : y;
    }

    /** Y0(x); -infinity at 0, NaN below. */
    public static double y0(double x) {
        if (x <= 8) {
            if (x <= 0) {
                return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
            }
            return TWO_OVER_PI * Math.log(x) * j0(x) + Chebyshev.sum(Y0_SMALL, x * x / 32 - 1);
        }
        double s = Math.sin(x);
        double c = Math.cos(x);
        return amplitude(x) * (p(P0, x) * (s - c) + q(Q0, x) * (c + s));
    }

    /** Y1(x); -infinity at 0, NaN below. */
    public static double y1(double x) {
        if (x <= 8) {
            if (x <= 0) {
                return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
            }
            return x * Chebyshev.sum(Y1_SMALL, x * x / 32 - 1) + TWO_OVER_PI * (Math.log(x) * j1(x) - 1 / x);
        }
        double s = Math.sin(x);
        double c = Math.cos(x);
        return amplitude(x) * (q(Q1, x) * (s - c) - p(P1, x) * (s + c));
    }

    /** The spherical Bessel function of order 0, sin(x) / x. */
    public static double sphericalJ0(double x) {
        double s = x * x;
        if (s < 0.25) { // its Taylor series
            return 1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110 * (1 - s / 156)))));
        }
        return Double.isInfinite(x) ? 0 : Math.sin(x) / x;
    }

    /** (x^2 - r1^2) (x^2 - r2^2) with full relative accuracy near the zeros. */
    private static double zeros(double x, double[] r) {
        return (x - r[0] - r[1]) * (x + r[0]) * ((x - r[2] - r[3]) * (x + r[2]));
    }

    /** sqrt(2 / (pi x)) without the sqrt(2). */
    private static double amplitude(double x) {
        return 0.56418958354775628695 / Math.sqrt(x);
    }

    private static double p(double[] c, double x) {
        double z = 8 / x;
        return Chebyshev.sum(c, 2 * z * z - 1);
    }

    private static double q(double[] c, double x) {
        double z = 8 / x;
        return z * Chebyshev.sum(c, 2 * z * z - 1);
    }
}
