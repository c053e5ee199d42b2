package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Functions of one number that are computed by their double-precision form, for each of which there is one object. */
public final class Called extends Unary {
    private final Lanes.Function function;
    private final Derivative derivative;

    /** The derivative at x, where the function is y. */
    @FunctionalInterface
    interface Derivative {
        /** Written in operations; what isn't saved is null. */
        Tensor of(Tensor x, Tensor y);
    }

    Called(String name, Class<?> owner, String method, Saves saves, Derivative derivative) {
        super(name, Promotion.TO_FLOAT, saves);
        this.function = new Lanes.Function(owner, method);
        this.derivative = derivative;
    }

    @Override
    protected <V> V lane(Lanes<V> l, V x) {
        return LaneMath.call(l, function, x);
    }

    @Override
    protected @Nullable Tensor derivative(Tensor x, Tensor y) {
        return derivative.of(x, x != null && y != null && y.dtype() != x.dtype() ? on(x) : y);
    }

    @Override
    boolean recomputes() {
        return true; // from a rounded result little would be left of differences
    }

    /** For functions whose derivative isn't one that there is. */
    static Tensor missing(String name) {
        throw CressetException.unsupported(name + ": has no derivative here; detach the operand if it needs none");
    }

    /** x without the zeros, for quotients whose value there comes from elsewhere. */
    static Tensor nonzero(Tensor x) {
        return Tensor.where(x.eq(0), x.onesLike(), x);
    }

    /** {@code value} where x is 0, else y. */
    static Tensor atZero(Tensor x, double value, Tensor y) {
        return Tensor.where(x.eq(0), Tensor.number(value).to(y.dtype()), y);
    }
}
