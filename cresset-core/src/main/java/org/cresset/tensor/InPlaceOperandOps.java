package org.cresset.tensor;

import org.cresset.op.Arithmetic;
import org.cresset.op.Choices;
import org.cresset.op.Comparisons;
import org.cresset.op.InPlace;
import org.cresset.op.Logarithms;
import org.cresset.op.None;
import org.cresset.op.Powers;
import org.cresset.op.SpecialFunctions;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic and comparisons with other operands, each in place: this tensor becomes the result, which must fit its shape and
 * dtype, and is returned.
 */
public sealed interface InPlaceOperandOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** {@link ElementwiseOps#remainder(Tensor)} in place. As {@code Tensor.remainder_}. */
    default Tensor remainder_(Tensor other) {
        return InPlace.apply(
                Arithmetic.Remainder.OP, None.NONE, self(), IntegerChecks.divisor("remainder", self(), other));
    }

    /** {@link ElementwiseOps#remainder(Number)} in place. As {@code Tensor.remainder_}. */
    default Tensor remainder_(Number other) {
        return remainder_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#fmod(Tensor)} in place. As {@code Tensor.fmod_}. */
    default Tensor fmod_(Tensor other) {
        return InPlace.apply(Arithmetic.Fmod.OP, None.NONE, self(), IntegerChecks.divisor("fmod", self(), other));
    }

    /** {@link ElementwiseOps#fmod(Number)} in place. As {@code Tensor.fmod_}. */
    default Tensor fmod_(Number other) {
        return fmod_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#floorDivide(Tensor)} in place. As {@code Tensor.floor_divide_}. */
    default Tensor floorDivide_(Tensor other) {
        return InPlace.apply(
                Arithmetic.FloorDivide.OP, None.NONE, self(), IntegerChecks.divisor("floor_divide", self(), other));
    }

    /** {@link ElementwiseOps#floorDivide(Number)} in place. As {@code Tensor.floor_divide_}. */
    default Tensor floorDivide_(Number other) {
        return floorDivide_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#bitwiseAnd(Tensor)} in place. As {@code Tensor.bitwise_and_}. */
    default Tensor bitwiseAnd_(Tensor other) {
        return InPlace.apply(Arithmetic.BitwiseAnd.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#bitwiseAnd(Number)} in place. As {@code Tensor.bitwise_and_}. */
    default Tensor bitwiseAnd_(Number other) {
        return bitwiseAnd_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#bitwiseOr(Tensor)} in place. As {@code Tensor.bitwise_or_}. */
    default Tensor bitwiseOr_(Tensor other) {
        return InPlace.apply(Arithmetic.BitwiseOr.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#bitwiseOr(Number)} in place. As {@code Tensor.bitwise_or_}. */
    default Tensor bitwiseOr_(Number other) {
        return bitwiseOr_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#bitwiseXor(Tensor)} in place. As {@code Tensor.bitwise_xor_}. */
    default Tensor bitwiseXor_(Tensor other) {
        return InPlace.apply(Arithmetic.BitwiseXor.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#bitwiseXor(Number)} in place. As {@code Tensor.bitwise_xor_}. */
    default Tensor bitwiseXor_(Number other) {
        return bitwiseXor_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#bitwiseLeftShift(Tensor)} in place. As {@code Tensor.bitwise_left_shift_}. */
    default Tensor bitwiseLeftShift_(Tensor other) {
        return InPlace.apply(Arithmetic.ShiftLeft.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#bitwiseLeftShift(Number)} in place. As {@code Tensor.bitwise_left_shift_}. */
    default Tensor bitwiseLeftShift_(Number other) {
        return bitwiseLeftShift_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#bitwiseRightShift(Tensor)} in place. As {@code Tensor.bitwise_right_shift_}. */
    default Tensor bitwiseRightShift_(Tensor other) {
        return InPlace.apply(Arithmetic.ShiftRight.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#bitwiseRightShift(Number)} in place. As {@code Tensor.bitwise_right_shift_}. */
    default Tensor bitwiseRightShift_(Number other) {
        return bitwiseRightShift_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#atan2(Tensor)} in place. As {@code Tensor.atan2_}. */
    default Tensor atan2_(Tensor other) {
        return InPlace.apply(Powers.Atan2.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#hypot(Tensor)} in place. As {@code Tensor.hypot_}. */
    default Tensor hypot_(Tensor other) {
        return InPlace.apply(Powers.Hypot.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#copysign(Tensor)} in place. As {@code Tensor.copysign_}. */
    default Tensor copysign_(Tensor other) {
        return InPlace.apply(Powers.CopySign.OP, None.NONE, self(), other);
    }

    /** {@link ElementwiseOps#copysign(Number)} in place. As {@code Tensor.copysign_}. */
    default Tensor copysign_(Number other) {
        return copysign_(Tensor.number(other));
    }

    /** {@link ElementwiseOps#add(Tensor, Number)} in place. As {@code Tensor.add_}. */
    default Tensor add_(Tensor other, Number alpha) {
        return IntegerChecks.isOne(alpha)
                ? self().add_(other)
                : self().add_(IntegerChecks.scaled("add", self(), other, alpha));
    }

    /** {@link ElementwiseOps#sub(Tensor, Number)} in place. As {@code Tensor.sub_}. */
    default Tensor sub_(Tensor other, Number alpha) {
        return IntegerChecks.isOne(alpha)
                ? self().sub_(other)
                : self().sub_(IntegerChecks.scaled("sub", self(), other, alpha));
    }

    /** {@link ElementwiseOps#div(Tensor, String)} in place. As {@code Tensor.div_}. */
    default Tensor div_(Tensor other, @Nullable String roundingMode) {
        return InPlace.become("div_", self(), x -> x.div(other, roundingMode));
    }

    /** {@link ElementwiseOps#pow(Tensor)} in place. As {@code Tensor.pow_}. */
    default Tensor pow_(Tensor exponent) {
        return InPlace.become("pow_", self(), x -> x.pow(exponent));
    }

    /** {@link ElementwiseOps#pow(Number)} in place. As {@code Tensor.pow_}. */
    default Tensor pow_(Number exponent) {
        return pow_(Tensor.number(exponent));
    }

    /** {@link ElementwiseOps#clamp(Tensor, Tensor)} in place. As {@code Tensor.clamp_}. */
    default Tensor clamp_(@Nullable Tensor min, @Nullable Tensor max) {
        return InPlace.become("clamp_", self(), x -> x.clamp(min, max));
    }

    /** {@link ElementwiseOps#clampMin(Tensor)} in place. As {@code Tensor.clamp_min_}. */
    default Tensor clampMin_(Tensor min) {
        return InPlace.become("clamp_min_", self(), x -> x.clampMin(min));
    }

    /** {@link ElementwiseOps#clampMax(Tensor)} in place. As {@code Tensor.clamp_max_}. */
    default Tensor clampMax_(Tensor max) {
        return InPlace.become("clamp_max_", self(), x -> x.clampMax(max));
    }

    /** {@link ElementwiseOps#lerp(Tensor, Tensor)} in place. As {@code Tensor.lerp_}. */
    default Tensor lerp_(Tensor end, Tensor weight) {
        return InPlace.become("lerp_", self(), x -> x.lerp(end, weight));
    }

    /** {@link ElementwiseOps#addcmul(Tensor, Tensor, Number)} in place. As {@code Tensor.addcmul_}. */
    default Tensor addcmul_(Tensor tensor1, Tensor tensor2, Number value) {
        return addcmul_(tensor1, tensor2, Tensor.number(value));
    }

    /** {@link ElementwiseOps#addcmul(Tensor, Tensor, Tensor)} in place. As {@code Tensor.addcmul_}. */
    default Tensor addcmul_(Tensor tensor1, Tensor tensor2, Tensor value) {
        return InPlace.become("addcmul_", self(), x -> x.addcmul(tensor1, tensor2, value));
    }

    /** {@link ElementwiseOps#addcdiv(Tensor, Tensor, Number)} in place. As {@code Tensor.addcdiv_}. */
    default Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Number value) {
        return InPlace.become("addcdiv_", self(), x -> x.addcdiv(tensor1, tensor2, value));
    }

    /** {@link MathOps#heaviside(Tensor)} in place. As {@code Tensor.heaviside_}. */
    default Tensor heaviside_(Tensor values) {
        return InPlace.apply(Choices.Heaviside.OP, None.NONE, self(), values);
    }

    /** {@link MathOps#gcd(Tensor)} in place. As {@code Tensor.gcd_}. */
    default Tensor gcd_(Tensor other) {
        return InPlace.apply(Choices.Gcd.OP, None.NONE, self(), other);
    }

    /** {@link MathOps#lcm(Tensor)} in place. As {@code Tensor.lcm_}. */
    default Tensor lcm_(Tensor other) {
        return InPlace.apply(Choices.Lcm.OP, None.NONE, self(), other);
    }

    /** {@link MathOps#nextafter(Tensor)} in place. As {@code Tensor.nextafter_}. */
    default Tensor nextafter_(Tensor other) {
        return InPlace.become("nextafter_", self(), x -> x.nextafter(other));
    }

    /** {@link MathOps#ldexp(Tensor)} in place. As {@code Tensor.ldexp_}. */
    default Tensor ldexp_(Tensor other) {
        return InPlace.become("ldexp_", self(), x -> x.ldexp(other));
    }

    /** {@link MathOps#floatPower(Tensor)} in place. As {@code Tensor.float_power_}. */
    default Tensor floatPower_(Tensor exponent) {
        return InPlace.become("float_power_", self(), x -> x.floatPower(exponent));
    }

    /** {@link SpecialOps#igamma(Tensor)} in place. As {@code Tensor.igamma_}. */
    default Tensor igamma_(Tensor other) {
        return InPlace.apply(SpecialFunctions.IGAMMA, None.NONE, self(), other);
    }

    /** {@link SpecialOps#igammac(Tensor)} in place. As {@code Tensor.igammac_}. */
    default Tensor igammac_(Tensor other) {
        return InPlace.apply(SpecialFunctions.IGAMMAC, None.NONE, self(), other);
    }

    /** {@link SpecialOps#xlogy(Tensor)} in place. As {@code Tensor.xlogy_}. */
    default Tensor xlogy_(Tensor other) {
        return InPlace.apply(Logarithms.Xlogy.OP, None.NONE, self(), other);
    }

    /** {@link SpecialOps#xlogy(Number)} in place. As {@code Tensor.xlogy_}. */
    default Tensor xlogy_(Number other) {
        return xlogy_(Tensor.number(other));
    }

    /** {@link CompareOps#eq(Tensor)} in place. As {@code Tensor.eq_}. */
    default Tensor eq_(Tensor other) {
        return InPlace.apply(Comparisons.Eq.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#eq(Number)} in place. As {@code Tensor.eq_}. */
    default Tensor eq_(Number other) {
        return eq_(Tensor.number(other));
    }

    /** {@link CompareOps#ne(Tensor)} in place. As {@code Tensor.ne_}. */
    default Tensor ne_(Tensor other) {
        return InPlace.apply(Comparisons.Ne.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#ne(Number)} in place. As {@code Tensor.ne_}. */
    default Tensor ne_(Number other) {
        return ne_(Tensor.number(other));
    }

    /** {@link CompareOps#lt(Tensor)} in place. As {@code Tensor.lt_}. */
    default Tensor lt_(Tensor other) {
        return InPlace.apply(Comparisons.Lt.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#lt(Number)} in place. As {@code Tensor.lt_}. */
    default Tensor lt_(Number other) {
        return lt_(Tensor.number(other));
    }

    /** {@link CompareOps#le(Tensor)} in place. As {@code Tensor.le_}. */
    default Tensor le_(Tensor other) {
        return InPlace.apply(Comparisons.Le.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#le(Number)} in place. As {@code Tensor.le_}. */
    default Tensor le_(Number other) {
        return le_(Tensor.number(other));
    }

    /** {@link CompareOps#gt(Tensor)} in place. As {@code Tensor.gt_}. */
    default Tensor gt_(Tensor other) {
        return InPlace.apply(Comparisons.Gt.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#gt(Number)} in place. As {@code Tensor.gt_}. */
    default Tensor gt_(Number other) {
        return gt_(Tensor.number(other));
    }

    /** {@link CompareOps#ge(Tensor)} in place. As {@code Tensor.ge_}. */
    default Tensor ge_(Tensor other) {
        return InPlace.apply(Comparisons.Ge.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#ge(Number)} in place. As {@code Tensor.ge_}. */
    default Tensor ge_(Number other) {
        return ge_(Tensor.number(other));
    }

    /** {@link CompareOps#logicalAnd(Tensor)} in place. As {@code Tensor.logical_and_}. */
    default Tensor logicalAnd_(Tensor other) {
        return InPlace.apply(Comparisons.LogicalAnd.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#logicalOr(Tensor)} in place. As {@code Tensor.logical_or_}. */
    default Tensor logicalOr_(Tensor other) {
        return InPlace.apply(Comparisons.LogicalOr.OP, None.NONE, self(), other);
    }

    /** {@link CompareOps#logicalXor(Tensor)} in place. As {@code Tensor.logical_xor_}. */
    default Tensor logicalXor_(Tensor other) {
        return InPlace.apply(Comparisons.LogicalXor.OP, None.NONE, self(), other);
    }

    /** {@link MathOps#floatPower(Tensor)} in place, of float64 or complex128. */
    default Tensor floatPower_(Number exponent) {
        return floatPower_(Tensor.number(exponent));
    }
}
