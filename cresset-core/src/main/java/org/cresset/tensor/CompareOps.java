package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Comparisons;

/** Comparisons and predicates; all give bool. */
public sealed interface CompareOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** x == other. The operands broadcast and promote. As {@code torch.eq}. */
    @Torch("eq(self, other)")
    default Tensor eq(Tensor other) {
        return Comparisons.Eq.OP.on(self(), other);
    }

    /** x == other. */
    default Tensor eq(Number other) {
        return eq(Tensor.number(other));
    }

    /** x != other. The operands broadcast and promote. As {@code torch.ne}. */
    @Torch({"ne(self, other)", "not_equal(self, other)"})
    default Tensor ne(Tensor other) {
        return Comparisons.Ne.OP.on(self(), other);
    }

    /** x != other. */
    default Tensor ne(Number other) {
        return ne(Tensor.number(other));
    }

    /** x < other. The operands broadcast and promote. As {@code torch.lt}. */
    @Torch({"lt(self, other)", "less(self, other)"})
    default Tensor lt(Tensor other) {
        return Comparisons.Lt.OP.on(self(), other);
    }

    /** x < other. */
    default Tensor lt(Number other) {
        return lt(Tensor.number(other));
    }

    /** x <= other. The operands broadcast and promote. As {@code torch.le}. */
    @Torch({"le(self, other)", "less_equal(self, other)"})
    default Tensor le(Tensor other) {
        return Comparisons.Le.OP.on(self(), other);
    }

    /** x <= other. */
    default Tensor le(Number other) {
        return le(Tensor.number(other));
    }

    /** x > other. The operands broadcast and promote. As {@code torch.gt}. */
    @Torch({"gt(self, other)", "greater(self, other)"})
    default Tensor gt(Tensor other) {
        return Comparisons.Gt.OP.on(self(), other);
    }

    /** x > other. */
    default Tensor gt(Number other) {
        return gt(Tensor.number(other));
    }

    /** x >= other. The operands broadcast and promote. As {@code torch.ge}. */
    @Torch({"ge(self, other)", "greater_equal(self, other)"})
    default Tensor ge(Tensor other) {
        return Comparisons.Ge.OP.on(self(), other);
    }

    /** x >= other. */
    default Tensor ge(Number other) {
        return ge(Tensor.number(other));
    }

    /** Both are true. The operands broadcast and promote. As {@code torch.logical_and}. */
    @Torch("logical_and(self, other: Tensor)")
    default Tensor logicalAnd(Tensor other) {
        return Comparisons.LogicalAnd.OP.on(self(), other);
    }

    /** Either is true. The operands broadcast and promote. As {@code torch.logical_or}. */
    @Torch("logical_or(self, other: Tensor)")
    default Tensor logicalOr(Tensor other) {
        return Comparisons.LogicalOr.OP.on(self(), other);
    }

    /** One is true. The operands broadcast and promote. As {@code torch.logical_xor}. */
    @Torch("logical_xor(self, other: Tensor)")
    default Tensor logicalXor(Tensor other) {
        return Comparisons.LogicalXor.OP.on(self(), other);
    }

    /** Is zero. As {@code torch.logical_not}. */
    @Torch("logical_not(self)")
    default Tensor logicalNot() {
        return Comparisons.LogicalNot.OP.on(self());
    }

    /** Is not a number. As {@code torch.isnan}. */
    @Torch("isnan(self)")
    default Tensor isnan() {
        return Comparisons.IsNan.OP.on(self());
    }

    /** Is infinite. As {@code torch.isinf}. */
    @Torch("isinf(self)")
    default Tensor isinf() {
        return Comparisons.IsInf.OP.on(self());
    }

    /** Is neither infinite nor NaN. As {@code torch.isfinite}. */
    @Torch("isfinite(self)")
    default Tensor isfinite() {
        return Comparisons.IsFinite.OP.on(self());
    }

    /** Is positive infinity. As {@code torch.isposinf}. */
    @Torch("isposinf(self)")
    default Tensor isposinf() {
        return Comparisons.IsPosInf.OP.on(self());
    }

    /** Is negative infinity. As {@code torch.isneginf}. */
    @Torch("isneginf(self)")
    default Tensor isneginf() {
        return Comparisons.IsNegInf.OP.on(self());
    }

    /** Is negative, -0 included. As {@code torch.signbit}. */
    @Torch("signbit(self)")
    default Tensor signbit() {
        return Comparisons.SignBit.OP.on(self());
    }

    /** Whether both have the same shape and elements. As {@code torch.equal}. */
    @Torch("equal(self, other: Tensor)")
    default boolean equalTo(Tensor other) {
        return self().shape().equals(other.shape()) && self().eq(other).all().itemBoolean();
    }

    /** |x - other| <= atol + rtol |other|, element by element. As {@code torch.isclose}. */
    @Torch("isclose(self, other: Tensor, rtol=1e-05, atol=1e-08, equal_nan=False)")
    default Tensor isclose(Tensor other, double rtol, double atol, boolean equalNan) {
        Tensor x = self();
        if (x.dtype() != other.dtype()) {
            throw CressetException.runtime("isclose: dtypes " + x.dtype() + " and " + other.dtype() + " differ");
        }
        if (!(rtol >= 0) || !(atol >= 0)) {
            throw CressetException.runtime("isclose: rtol is " + rtol + ", atol " + atol + "; neither may be negative");
        }
        Tensor close = x.eq(other);
        if (equalNan && x.dtype().isDifferentiable()) {
            close = close.logicalOr(x.isnan().logicalAnd(other.isnan()));
        }
        if (rtol == 0 && atol == 0) {
            return close;
        }
        Tensor wide = x.dtype().isDifferentiable() ? x : x.to(DType.FLOAT64);
        Tensor wideOther = other.dtype().isDifferentiable() ? other : other.to(DType.FLOAT64);
        Tensor difference = wide.sub(wideOther).abs();
        Tensor within = difference.le(wideOther.abs().mul(rtol).add(atol));
        return close.logicalOr(difference.isfinite().logicalAnd(within));
    }

    /** Whether all elements are close. As {@code torch.allclose}. */
    @Torch("allclose(self, other: Tensor, rtol=1e-05, atol=1e-08, equal_nan=False)")
    default boolean allclose(Tensor other, double rtol, double atol, boolean equalNan) {
        return isclose(other, rtol, atol, equalNan).all().itemBoolean();
    }
}
