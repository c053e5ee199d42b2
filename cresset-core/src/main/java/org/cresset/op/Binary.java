package org.cresset.op;

import java.util.List;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Elementwise operations on two tensors that broadcast. */
public abstract non-sealed class Binary extends Elementwise {
    /** An operation without numbers. */
    protected Binary(String name, Promotion promotion, Saves saves) {
        this(name, promotion, saves, 0);
    }

    /** An operation with up to one number as attribute ({@link Numbers}). */
    protected Binary(String name, Promotion promotion, Saves saves, int numbers) {
        super(name, promotion, saves, 2, numbers);
    }

    /** The result for elements {@code a} and {@code b}, a mask for comparisons; one of the two forms is to be overridden. */
    protected <V> V lane(Lanes<V> l, V a, V b) {
        throw new IllegalStateException(name() + " declares no lane body");
    }

    /** The result for elements {@code a} and {@code b} of an operation with a number. */
    protected <V> V lane(Lanes<V> l, V a, V b, List<V> numbers) {
        return lane(l, a, b);
    }

    /** The derivative by a ({@code i} 0) or b (1); what {@link Saves} doesn't keep is null. Null, as here: zero everywhere. */
    protected @Nullable Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
        return null;
    }

    /** The derivative of an operation with a number. */
    protected @Nullable Tensor derivative(int i, Object attrs, Tensor a, Tensor b, Tensor y) {
        return derivative(i, a, b, y);
    }

    /** The gradient of a ({@code i} 0) or b (1), given that of y, where there is a shorter way than by the derivative; else null. */
    protected @Nullable Tensor pullback(int i, Tensor gradient, Tensor a, Tensor b) {
        return null;
    }

    @Override
    final @Nullable Tensor shorter(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return pullback(i, g, in[0], in[1]);
    }

    @Override
    final <V> V lanes(Lanes<V> lanes, List<V> in) {
        return lane(lanes, in.get(0), in.get(1), in.subList(2, in.size()));
    }

    @Override
    final @Nullable Tensor partial(int i, Object attrs, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return derivative(i, attrs, in[0], in[1], out[0]);
    }

    /** The result for {@code a} and {@code b}. */
    public final Tensor on(Tensor a, Tensor b) {
        return on(None.NONE, a, b);
    }
}
