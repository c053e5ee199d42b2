package org.cresset.emit;

import org.cresset.base.DType;

/** How the elements of an operand lie in memory, and what a loop makes of them on the way in and out. */
public enum Row {
    /** Elements of the type that the loop computes in. */
    PLAIN,
    /** What is wanted soon: the body isn't given it, but where a form can do so, it asks the caches for it. Only an input may be such. */
    SOON,
    /** float32, where the loop computes in float64. */
    NARROW,
    /** Bytes: as an input the numbers 0 and 1 (of all that isn't 0); as an output whether a result, which may be a mask, isn't 0. */
    FLAG,
    /** Complex numbers of the loop's type; each is two values, the real part first. */
    PAIR,
    /** complex64, where the loop computes in float64. */
    NARROW_PAIR,
    /** bfloat16, where the loop computes in float32, as with the ones below; loops with them have no form in the Vector API. */
    BRAIN,
    /** float16. */
    HALF,
    /** uint8. */
    BYTE,
    /** int32. */
    INT,
    /** int64. */
    LONG;

    /** Whether elements become float32 of something that isn't. */
    boolean isCast() {
        return compareTo(BRAIN) >= 0;
    }

    /** How many values of the body an element is. */
    int valueCount() {
        return this == SOON ? 0 : isPair() ? 2 : 1;
    }

    /** Whether an element is two values. */
    public boolean isPair() {
        return this == PAIR || this == NARROW_PAIR;
    }

    /** The dtype of this row's memory in a loop that computes in {@code type}. */
    public DType dtype(LaneType type) {
        return switch (this) {
            case PLAIN, SOON -> type.dtype();
            case NARROW -> DType.FLOAT32;
            case FLAG -> DType.BOOL;
            case PAIR -> type.dtype().complex();
            case NARROW_PAIR -> DType.COMPLEX64;
            case BRAIN -> DType.BFLOAT16;
            case HALF -> DType.FLOAT16;
            case BYTE -> DType.UINT8;
            case INT -> DType.INT32;
            case LONG -> DType.INT64;
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
