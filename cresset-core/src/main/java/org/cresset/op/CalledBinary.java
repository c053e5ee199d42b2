package org.cresset.op;

import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Functions of two numbers that are computed in double precision, for each of which there is one object. */
public final class CalledBinary extends Binary {
    private final Lane lane;
    private final boolean inDouble;
    private final Derivative derivative;

    /** A lane body. */
    @FunctionalInterface
    interface Lane {
        /** The result for a and b. */
        <V> V of(Lanes<V> l, V a, V b);
    }

    /** The derivative by operand i at (a, b). */
    @FunctionalInterface
    interface Derivative {
        /** Written in operations; null: zero everywhere. */
        @Nullable
        Tensor of(int i, Tensor a, Tensor b);
    }

    /** One without a lane form, by its form for one pair. */
    CalledBinary(String name, Promotion promotion, Class<?> owner, String method, Derivative derivative) {
        this(
                name,
                promotion,
                new Lane() {
                    private final Lanes.Function function = new Lanes.Function(owner, method);

                    @Override
                    public <V> V of(Lanes<V> l, V a, V b) {
                        return LaneMath.call(l, function, a, b);
                    }
                },
                false,
                derivative);
    }

    CalledBinary(String name, Promotion promotion, Lane lane, boolean inDouble, Derivative derivative) {
        super(name, promotion, Saves.INPUTS);
        this.lane = lane;
        this.inDouble = inDouble;
        this.derivative = derivative;
    }

    @Override
    protected boolean inDouble() {
        return inDouble;
    }

    @Override
    protected <V> V lane(Lanes<V> l, V a, V b) {
        return lane.of(l, a, b);
    }

    @Override
    protected @Nullable Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
        return derivative.of(i, a, b);
    }
}
