package org.cresset.tensor;

import org.cresset.op.Angles;
import org.cresset.op.Arithmetic;
import org.cresset.op.BesselFunctions;
import org.cresset.op.Comparisons;
import org.cresset.op.Functions;
import org.cresset.op.GammaFunctions;
import org.cresset.op.InPlace;
import org.cresset.op.None;
import org.cresset.op.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Functions of one operand, each in place: this tensor becomes the result, which must fit its shape and dtype, and is returned.
 */
public sealed interface InPlaceMathOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** {@link ElementwiseOps#exp2()} in place. As {@code Tensor.exp2_}. */
    default Tensor exp2_() {
        return InPlace.apply(Functions.Exp2.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#expm1()} in place. As {@code Tensor.expm1_}. */
    default Tensor expm1_() {
        return InPlace.apply(Functions.Expm1.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#log()} in place. As {@code Tensor.log_}. */
    default Tensor log_() {
        return InPlace.apply(Functions.Log.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#log2()} in place. As {@code Tensor.log2_}. */
    default Tensor log2_() {
        return InPlace.apply(Functions.Log2.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#log10()} in place. As {@code Tensor.log10_}. */
    default Tensor log10_() {
        return InPlace.apply(Functions.Log10.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#log1p()} in place. As {@code Tensor.log1p_}. */
    default Tensor log1p_() {
        return InPlace.apply(Functions.Log1p.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#rsqrt()} in place. As {@code Tensor.rsqrt_}. */
    default Tensor rsqrt_() {
        return InPlace.apply(Functions.Rsqrt.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#sin()} in place. As {@code Tensor.sin_}. */
    default Tensor sin_() {
        return InPlace.apply(Functions.Sin.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#cos()} in place. As {@code Tensor.cos_}. */
    default Tensor cos_() {
        return InPlace.apply(Functions.Cos.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#tan()} in place. As {@code Tensor.tan_}. */
    default Tensor tan_() {
        return InPlace.apply(Functions.Tan.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#asin()} in place. As {@code Tensor.asin_}. */
    default Tensor asin_() {
        return InPlace.apply(Functions.Asin.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#acos()} in place. As {@code Tensor.acos_}. */
    default Tensor acos_() {
        return InPlace.apply(Functions.Acos.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#atan()} in place. As {@code Tensor.atan_}. */
    default Tensor atan_() {
        return InPlace.apply(Functions.Atan.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#sinh()} in place. As {@code Tensor.sinh_}. */
    default Tensor sinh_() {
        return InPlace.apply(Functions.Sinh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#cosh()} in place. As {@code Tensor.cosh_}. */
    default Tensor cosh_() {
        return InPlace.apply(Functions.Cosh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#tanh()} in place. As {@code Tensor.tanh_}. */
    default Tensor tanh_() {
        return InPlace.apply(Functions.Tanh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#asinh()} in place. As {@code Tensor.asinh_}. */
    default Tensor asinh_() {
        return InPlace.apply(Functions.Asinh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#acosh()} in place. As {@code Tensor.acosh_}. */
    default Tensor acosh_() {
        return InPlace.apply(Functions.Acosh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#atanh()} in place. As {@code Tensor.atanh_}. */
    default Tensor atanh_() {
        return InPlace.apply(Functions.Atanh.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#sigmoid()} in place. As {@code Tensor.sigmoid_}. */
    default Tensor sigmoid_() {
        return InPlace.apply(Functions.Sigmoid.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#erf()} in place. As {@code Tensor.erf_}. */
    default Tensor erf_() {
        return InPlace.apply(Functions.Erf.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#erfc()} in place. As {@code Tensor.erfc_}. */
    default Tensor erfc_() {
        return InPlace.apply(Functions.Erfc.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#erfinv()} in place. As {@code Tensor.erfinv_}. */
    default Tensor erfinv_() {
        return InPlace.apply(Functions.Erfinv.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#lgamma()} in place. As {@code Tensor.lgamma_}. */
    default Tensor lgamma_() {
        return InPlace.apply(GammaFunctions.Lgamma.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#digamma()} in place. As {@code Tensor.digamma_}. */
    default Tensor digamma_() {
        return InPlace.apply(GammaFunctions.Digamma.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#floor()} in place. As {@code Tensor.floor_}. */
    default Tensor floor_() {
        return InPlace.apply(Rounding.Floor.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#ceil()} in place. As {@code Tensor.ceil_}. */
    default Tensor ceil_() {
        return InPlace.apply(Rounding.Ceil.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#trunc()} in place. As {@code Tensor.trunc_}. */
    default Tensor trunc_() {
        return InPlace.apply(Rounding.Trunc.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#reciprocal()} in place. As {@code Tensor.reciprocal_}. */
    default Tensor reciprocal_() {
        return InPlace.apply(Arithmetic.Reciprocal.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#bitwiseNot()} in place. As {@code Tensor.bitwise_not_}. */
    default Tensor bitwiseNot_() {
        return InPlace.become("bitwise_not_", self(), x -> x.bitwiseNot());
    }

    /** {@link ElementwiseOps#abs()} in place. As {@code Tensor.abs_}. */
    default Tensor abs_() {
        return InPlace.become("abs_", self(), x -> x.abs());
    }

    /** {@link ElementwiseOps#conj()} in place. As {@code Tensor.conj_physical_}. */
    default Tensor conj_() {
        return InPlace.become("conj_physical_", self(), x -> x.conj());
    }

    /** {@link ElementwiseOps#sign()} in place. As {@code Tensor.sign_}. */
    default Tensor sign_() {
        return InPlace.apply(Arithmetic.Sign.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#sgn()} in place. As {@code Tensor.sgn_}. */
    default Tensor sgn_() {
        return InPlace.become("sgn_", self(), x -> x.sgn());
    }

    /** {@link ElementwiseOps#square()} in place. As {@code Tensor.square_}. */
    default Tensor square_() {
        return InPlace.become("square_", self(), x -> x.square());
    }

    /** {@link ElementwiseOps#round()} in place. As {@code Tensor.round_}. */
    default Tensor round_() {
        return InPlace.apply(Rounding.Round.OP, None.NONE, self());
    }

    /** {@link ElementwiseOps#round(int)} in place. As {@code Tensor.round_}. */
    default Tensor round_(int decimals) {
        return InPlace.become("round_", self(), x -> x.round(decimals));
    }

    /** {@link ElementwiseOps#frac()} in place. As {@code Tensor.frac_}. */
    default Tensor frac_() {
        return InPlace.become("frac_", self(), x -> x.frac());
    }

    /** {@link ElementwiseOps#polygamma(int)} in place. As {@code Tensor.polygamma_}. */
    default Tensor polygamma_(int n) {
        return InPlace.become("polygamma_", self(), x -> x.polygamma(n));
    }

    /** {@link ElementwiseOps#logit(Double)} in place. As {@code Tensor.logit_}. */
    default Tensor logit_(@Nullable Double eps) {
        return InPlace.become("logit_", self(), x -> x.logit(eps));
    }

    /** {@link MathOps#deg2rad()} in place. As {@code Tensor.deg2rad_}. */
    default Tensor deg2rad_() {
        return InPlace.apply(Angles.Deg2rad.OP, None.NONE, self());
    }

    /** {@link MathOps#rad2deg()} in place. As {@code Tensor.rad2deg_}. */
    default Tensor rad2deg_() {
        return InPlace.apply(Angles.Rad2deg.OP, None.NONE, self());
    }

    /** {@link MathOps#sinc()} in place. As {@code Tensor.sinc_}. */
    default Tensor sinc_() {
        return InPlace.apply(Angles.Sinc.OP, None.NONE, self());
    }

    /** {@link MathOps#nanToNum(Double, Double, Double)} in place. As {@code Tensor.nan_to_num_}. */
    default Tensor nanToNum_(@Nullable Double nan, @Nullable Double posinf, @Nullable Double neginf) {
        return InPlace.become("nan_to_num_", self(), x -> x.nanToNum(nan, posinf, neginf));
    }

    /** {@link SpecialOps#i0()} in place. As {@code Tensor.i0_}. */
    default Tensor i0_() {
        return InPlace.apply(BesselFunctions.I0, None.NONE, self());
    }

    /** {@link SpecialOps#mvlgamma(long)} in place. As {@code Tensor.mvlgamma_}. */
    default Tensor mvlgamma_(long p) {
        return InPlace.become("mvlgamma_", self(), x -> x.mvlgamma(p));
    }

    /** {@link CompareOps#logicalNot()} in place. As {@code Tensor.logical_not_}. */
    default Tensor logicalNot_() {
        return InPlace.apply(Comparisons.LogicalNot.OP, None.NONE, self());
    }
}
