package org.cresset.tensor;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.op.Promotion;

/** Checks on operands whose values matter before an operation runs. */
final class IntegerChecks {
    private IntegerChecks() {}

    /** {@code divisor}, after refusing zeros where both operands are integers. */
    static Tensor divisor(String op, Tensor x, Tensor divisor) {
        if (!x.dtype().isDifferentiable()
                && !divisor.dtype().isDifferentiable()
                && divisor.hasValues()
                && divisor.eq(0).any().itemBoolean()) {
            throw CressetException.runtime(
                    op + ": an integer is divided by zero; convert to floating point for infinity");
        }
        return divisor;
    }

    /** {@code other} times the factor that PyTorch's sums have, without promotion by the factor. */
    static Tensor scaled(String op, Tensor x, Tensor other, Number alpha) {
        DType t = Promotion.common(new Tensor[] {x, other}, 0);
        if (t == DType.BOOL) {
            return alpha.doubleValue() != 0 ? other : other.zerosLike();
        }
        if (!t.isDifferentiable() && (alpha instanceof Double || alpha instanceof Float)) {
            throw CressetException.runtime(
                    op + ": alpha is " + alpha + ", but the operands are integers; pass an integer");
        }
        return other.mul(alpha);
    }

    /** Whether a factor can be left out. */
    static boolean isOne(Number factor) {
        return factor.doubleValue() == 1 && !(factor instanceof Double);
    }

    /** Whether a factor can be left out; a floating-point 1 may still change the dtype. */
    static boolean isOne(Tensor factor) {
        return factor.dtype() == DType.INT64 && factor.itemLong() == 1;
    }

    /** A scalar factor for operands that may be integers, for which it is cut to one as PyTorch does. */
    static Tensor fitting(Tensor factor, Tensor... operands) {
        for (Tensor t : operands) {
            if (t.dtype().isDifferentiable()) {
                return factor;
            }
        }
        return factor.dtype().isFloat() ? Tensor.number((long) factor.item()) : factor;
    }
}
