package org.cresset.op;

import static org.cresset.op.Called.atZero;
import static org.cresset.op.Called.nonzero;

import org.cresset.emit.Airy;
import org.cresset.emit.BesselLanes.Kind;

/** Bessel functions and the Airy function; their derivatives are those of DLMF 10.6 and 10.29. */
public final class BesselFunctions {
    /** J0. */
    public static final Called J0 =
            new Called("special_bessel_j0", Kind.J0::of, Saves.INPUTS, (x, y) -> BesselFunctions.J1
                    .on(x)
                    .neg());
    /** J1. */
    public static final Called J1 = new Called(
            "special_bessel_j1",
            Kind.J1::of,
            Saves.ALL,
            (x, y) -> atZero(x, 0.5, BesselFunctions.J0.on(x).sub(y.div(nonzero(x)))));
    /** Y0. */
    public static final Called Y0 =
            new Called("special_bessel_y0", Kind.Y0::of, Saves.INPUTS, (x, y) -> BesselFunctions.Y1
                    .on(x)
                    .neg());
    /** Y1. */
    public static final Called Y1 = new Called("special_bessel_y1", Kind.Y1::of, Saves.ALL, (x, y) -> BesselFunctions.Y0
            .on(x)
            .sub(y.div(x)));
    /** I0. */
    public static final Called I0 = new Called("i0", Kind.I0::of, Saves.INPUTS, (x, y) -> BesselFunctions.I1.on(x));
    /** I1. */
    public static final Called I1 = new Called(
            "special_i1",
            Kind.I1::of,
            Saves.ALL,
            (x, y) -> atZero(x, 0.5, BesselFunctions.I0.on(x).sub(y.div(nonzero(x)))));
    /** e^-|x| I0. */
    public static final Called I0E = new Called("special_i0e", Kind.I0E::of, Saves.ALL, (x, y) -> BesselFunctions.I1E
            .on(x)
            .sub(x.sign().mul(y)));
    /** e^-|x| I1. */
    public static final Called I1E = new Called(
            "special_i1e",
            Kind.I1E::of,
            Saves.ALL,
            (x, y) -> atZero(
                    x,
                    0.5,
                    BesselFunctions.I0E.on(x).sub(y.mul(x.sign().add(nonzero(x).reciprocal())))));
    /** K0. */
    public static final Called K0 =
            new Called("special_modified_bessel_k0", Kind.K0::of, Saves.INPUTS, (x, y) -> BesselFunctions.K1
                    .on(x)
                    .neg());
    /** K1. */
    public static final Called K1 =
            new Called("special_modified_bessel_k1", Kind.K1::of, Saves.ALL, (x, y) -> BesselFunctions.K0
                    .on(x)
                    .add(y.div(x))
                    .neg());
    /** e^x K0. */
    public static final Called K0E = new Called(
            "special_scaled_modified_bessel_k0", Kind.K0E::of, Saves.ALL, (x, y) -> y.sub(BesselFunctions.K1E.on(x)));
    /** e^x K1. */
    public static final Called K1E = new Called(
            "special_scaled_modified_bessel_k1", Kind.K1E::of, Saves.ALL, (x, y) -> y.sub(BesselFunctions.K0E.on(x))
                    .sub(y.div(x)));
    /** sin(x) / x. */
    public static final Called SPHERICAL_J0 = new Called(
            "special_spherical_bessel_j0",
            Kind.SPHERICAL_J0::of,
            Saves.ALL,
            (x, y) -> atZero(x, 0, x.cos().sub(y).div(nonzero(x))));
    /** Ai. */
    public static final Called AIRY_AI =
            new Called("special_airy_ai", Airy.class, "ai", Saves.INPUTS, (x, y) -> Called.missing("special_airy_ai"));

    private BesselFunctions() {}
}
