package org.cresset.tensor;

import org.cresset.base.CressetException;

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

    /** Whether a factor can be left out. */
    static boolean isOne(Number factor) {
        return factor.doubleValue() == 1 && !(factor instanceof Double);
    }
}
