package org.cresset.op;

import java.util.List;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Elementwise operations on three tensors that broadcast. */
public abstract non-sealed class Ternary extends Elementwise {
    /** An operation with PyTorch's name for it. */
    protected Ternary(String name, Promotion promotion, Saves saves) {
        super(name, promotion, saves, 3, 0);
    }

    /** The result for elements {@code a}, {@code b} and {@code c}. */
    protected abstract <V> V lane(Lanes<V> l, V a, V b, V c);

    /** The derivative by input {@code i}; what isn't saved is null. Null: zero everywhere. */
    protected abstract @Nullable Tensor derivative(int i, @Nullable Tensor[] in, @Nullable Tensor y);

    @Override
    final <V> V lanes(Lanes<V> lanes, List<V> in) {
        return lane(lanes, in.get(0), in.get(1), in.get(2));
    }

    @Override
    final @Nullable Tensor partial(int i, Object attrs, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return derivative(i, in, out[0]);
    }

    /** The result for {@code a}, {@code b} and {@code c}. */
    public final Tensor on(Tensor a, Tensor b, Tensor c) {
        return on(None.NONE, new Tensor[] {a, b, c});
    }
}
