package org.cresset.emit;

import org.cresset.base.DType;

/** How the elements of an operand lie in memory, and what a loop makes of them on the way in and out. */
public enum Row {
    /** Elements of the type that the loop computes in. */
    PLAIN,
    /** float32, where the loop computes in float64. */
    NARROW,
    /** Bytes: as an input the numbers 0 and 1 (of all that isn't 0); as an output whether a result, which may be a mask, isn't 0. */
    FLAG,
    /** Complex numbers of the loop's type; each is two values, the real part first. */
    PAIR,
    /** complex64, where the loop computes in float64. */
    NARROW_PAIR;

    /** Whether an element is two values. */
    public boolean isPair() {
        return this == PAIR || this == NARROW_PAIR;
    }

    /** The dtype of this row's memory in a loop that computes in {@code type}. */
    public DType dtype(LaneType type) {
        return switch (this) {
            case PLAIN -> type.dtype();
            case NARROW -> DType.FLOAT32;
            case FLAG -> DType.BOOL;
            case PAIR -> type.dtype().complex();
            case NARROW_PAIR -> DType.COMPLEX64;
        };
    }

    /** The logarithm of the size of an element. */
    int shift(LaneType type) {
        return dtype(type).shift();
    }

    /** The type of the numbers in memory. */
    LaneType part(LaneType type) {
        return this == NARROW || this == NARROW_PAIR ? LaneType.F32 : type;
    }
}
