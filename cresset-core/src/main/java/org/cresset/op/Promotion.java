package org.cresset.op;

import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The dtype in which an elementwise operation computes, given its operands, as PyTorch promotes. */
public enum Promotion {
    /** The common type of the operands. */
    COMMON,
    /** The common type; integers and bool become the default float type. */
    TO_FLOAT,
    /** The common type; bool becomes int64. */
    BOOL_TO_LONG,
    /** The common type, which must be floating point. */
    FLOAT_ONLY,
    /** The common type, which must be an integer or bool. */
    INTEGER_ONLY,
    /** Computes in the common type and gives bool. */
    TO_BOOL,
    /** Common type of all but the first operand, which is a condition. */
    SKIP_FIRST;

    /** The default float type: what integers become where a function has real results. */
    public static final DType DEFAULT_FLOAT = DType.FLOAT32;

    /** The dtype that the operands are brought to. */
    DType compute(@Nullable Tensor[] in) {
        DType t = common(in, this == SKIP_FIRST ? 1 : 0);
        return switch (this) {
            case TO_FLOAT -> t.isDifferentiable() ? t : DEFAULT_FLOAT;
            case BOOL_TO_LONG -> t == DType.BOOL ? DType.INT64 : t;
            default -> t;
        };
    }

    /**
     * The common dtype: tensors with dimensions decide; those without only where they are of a higher category (int, float,
     * complex); numbers only where they are of a higher category than both, and then as the default type of theirs.
     */
    public static DType common(@Nullable Tensor[] in, int first) {
        DType dims = null;
        DType zero = null;
        DType numbers = null;
        for (int i = first; i < in.length; i++) {
            Tensor t = in[i];
            if (t == null) {
                continue;
            }
            if (t.isNumber()) {
                numbers = join(numbers, t.dtype());
            } else if (t.dim() == 0) {
                zero = join(zero, t.dtype());
            } else {
                dims = join(dims, t.dtype());
            }
        }
        DType result = higher(dims, zero);
        return numberOver(result, numbers);
    }

    private static @Nullable DType join(@Nullable DType a, DType b) {
        return a == null ? b : DType.promote(a, b);
    }

    private static @Nullable DType higher(@Nullable DType strong, @Nullable DType weak) {
        if (strong == null) {
            return weak;
        }
        if (weak == null || weak.category().compareTo(strong.category()) <= 0) {
            return strong;
        }
        return weak.isComplex() && strong.isFloat() ? strong.complex() : DType.promote(strong, weak);
    }

    private static DType numberOver(@Nullable DType strong, @Nullable DType number) {
        if (number == null) {
            return strong == null ? DEFAULT_FLOAT : strong;
        }
        DType plain =
                number == DType.FLOAT64 ? DEFAULT_FLOAT : number == DType.COMPLEX128 ? DEFAULT_FLOAT.complex() : number;
        if (strong == null) {
            return plain;
        }
        if (number.category().compareTo(strong.category()) <= 0) {
            return strong;
        }
        return number.isComplex() && strong.isFloat() ? strong.complex() : plain;
    }
}
