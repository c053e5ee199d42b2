package org.cresset.tensor;

/**
 * The names by which Kotlin finds operators: {@code x * w + b}, {@code -x}, {@code x % 3}, {@code 2 in x}, beside
 * {@code x / y}, {@code x[0]}, {@code x[1..3, 2]} and {@code x[0, null] = y} by {@link ElementwiseOps#div}, {@link IndexOps#get}
 * and {@link IndexOps#set(Object, Tensor)}.
 */
public sealed interface OperatorOps permits Tensor {
    /** This tensor. */
    Tensor self();

    /** Kotlin's {@code x + y}. */
    default Tensor plus(Tensor other) {
        return self().add(other);
    }

    /** Kotlin's {@code x + 1}. */
    default Tensor plus(Number other) {
        return self().add(other);
    }

    /** Kotlin's {@code x - y}. */
    default Tensor minus(Tensor other) {
        return self().sub(other);
    }

    /** Kotlin's {@code x - 1}. */
    default Tensor minus(Number other) {
        return self().sub(other);
    }

    /** Kotlin's {@code x * y}. */
    default Tensor times(Tensor other) {
        return self().mul(other);
    }

    /** Kotlin's {@code x * 2}. */
    default Tensor times(Number other) {
        return self().mul(other);
    }

    /** Kotlin's {@code x % y}, with the sign of y as Python's. */
    default Tensor rem(Tensor other) {
        return self().remainder(other);
    }

    /** Kotlin's {@code x % 3}, with the sign of the number as Python's. */
    default Tensor rem(Number other) {
        return self().remainder(other);
    }

    /** Kotlin's {@code -x}. */
    default Tensor unaryMinus() {
        return self().neg();
    }

    /** Kotlin's {@code !x}: true where an element is 0 or false. */
    default Tensor not() {
        return self().logicalNot();
    }

    /** Whether an element equals a number; Kotlin's and Python's {@code 2 in x}. */
    default boolean contains(Number value) {
        return self().eq(value).any().itemBoolean();
    }
}
