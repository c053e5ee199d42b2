package org.cresset.op;

import java.util.List;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Elementwise operations on one tensor. */
public abstract non-sealed class Unary extends Elementwise {
    /** An operation without numbers. */
    protected Unary(String name, Promotion promotion, Saves saves) {
        this(name, promotion, saves, 0);
    }

    /** An operation with up to two numbers as attributes ({@link Numbers}). */
    protected Unary(String name, Promotion promotion, Saves saves, int numbers) {
        super(name, promotion, saves, 1, numbers);
    }

    /** The result for element {@code x}; one of the two forms is to be overridden. */
    protected <V> V lane(Lanes<V> l, V x) {
        throw new IllegalStateException(name() + " declares no lane body");
    }

    /** The result for element {@code x} of an operation with numbers. */
    protected <V> V lane(Lanes<V> l, V x, List<V> numbers) {
        return lane(l, x);
    }

    /**
     * The derivative, written with what {@link Saves} keeps: the input x, the output y (what isn't kept is null). Null, as
     * here: zero everywhere.
     */
    protected @Nullable Tensor derivative(Tensor x, Tensor y) {
        return null;
    }

    /** The derivative of an operation with numbers. */
    protected @Nullable Tensor derivative(Object attrs, Tensor x, Tensor y) {
        return derivative(x, y);
    }

    /**
     * The gradient of x, given that of y, where there is a shorter way than multiplying it with the derivative; else null.
     * Written in operations, as the derivative is; what {@link Saves} leaves out is null.
     */
    protected @Nullable Tensor pullback(Object attrs, Tensor gradient, Tensor x, Tensor y) {
        return null;
    }

    @Override
    final @Nullable Tensor shorter(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return pullback(attrs, g, in[0], out[0]);
    }

    @Override
    final <V> V lanes(Lanes<V> lanes, List<V> in) {
        return lane(lanes, in.getFirst(), in.subList(1, in.size()));
    }

    @Override
    final @Nullable Tensor partial(int i, Object attrs, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return derivative(attrs, in[0], out[0]);
    }

    /** The result for {@code x}. */
    public final Tensor on(Tensor x) {
        return on(None.NONE, x);
    }
}
