package org.cresset.op;

import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;

/** Functions of two numbers that are computed by their double-precision form, for each of which there is one object. */
public final class CalledBinary extends Binary {
    private final Lanes.Function function;
    private final Derivative derivative;

    /** The derivative by operand i at (a, b). */
    @FunctionalInterface
    interface Derivative {
        /** Written in operations. */
        Tensor of(int i, Tensor a, Tensor b);
    }

    CalledBinary(String name, Promotion promotion, Class<?> owner, String method, Derivative derivative) {
        super(name, promotion, Saves.INPUTS);
        this.function = new Lanes.Function(owner, method);
        this.derivative = derivative;
    }

    @Override
    protected <V> V lane(Lanes<V> l, V a, V b) {
        return LaneMath.call(l, function, a, b);
    }

    @Override
    protected Tensor derivative(int i, Tensor a, Tensor b, Tensor y) {
        return derivative.of(i, a, b);
    }
}
