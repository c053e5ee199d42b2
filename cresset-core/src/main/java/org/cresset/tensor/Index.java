package org.cresset.tensor;

import org.jspecify.annotations.Nullable;

/**
 * One part of an index, for {@link IndexOps#get(Object...)}: besides these, {@code Integer} and {@code Long} pick one element
 * of a dimension, {@code null} keeps all of it, and tensors of int64 or bool pick by position or by mask.
 */
public sealed interface Index {
    /** Python's {@code start:stop:step}; null stands for what is left out. */
    record Slice(
            @Nullable Long start,
            @Nullable Long stop,
            @Nullable Long step) implements Index {}

    /** Python's {@code ...}. */
    record Ellipsis() implements Index {}

    /** A new dimension of size 1, Python's {@code None} in an index. */
    record NewAxis() implements Index {}

    /** All dimensions that the other parts don't speak of. */
    Index ELLIPSIS = new Ellipsis();

    /** A new dimension of size 1. */
    Index NEW_AXIS = new NewAxis();

    /** All of a dimension. */
    Index ALL = new Slice(null, null, null);

    /** From {@code start} to before {@code stop}. */
    static Index slice(long start, long stop) {
        return new Slice(start, stop, null);
    }

    /** From {@code start} to before {@code stop} by {@code step}. */
    static Index slice(@Nullable Long start, @Nullable Long stop, @Nullable Long step) {
        return new Slice(start, stop, step);
    }

    /** From {@code start} to the end. */
    static Index from(long start) {
        return new Slice(start, null, null);
    }

    /** From the beginning to before {@code stop}. */
    static Index to(long stop) {
        return new Slice(null, stop, null);
    }
}
