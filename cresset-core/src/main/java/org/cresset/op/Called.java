package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Functions of one number that are computed in double precision, for each of which there is one object. */
public final class Called extends Unary {
    private final Lane lane;
    private final boolean inDouble;
    private final Derivative derivative;

    /** A lane body. */
    @FunctionalInterface
    interface Lane {
        /** The result for x. */
        <V> V of(Lanes<V> l, V x);
    }

    /** The derivative at x, where the function is y. */
    @FunctionalInterface
    interface Derivative {
        /** Written in operations; what isn't saved is null. */
        Tensor of(Tensor x, Tensor y);
    }

    /** One without a lane form, by its form for one number. */
    Called(String name, Class<?> owner, String method, Saves saves, Derivative derivative) {
        this(
                name,
                new Lane() {
                    private final Lanes.Function function = new Lanes.Function(owner, method);

                    @Override
                    public <V> V of(Lanes<V> l, V x) {
                        return LaneMath.call(l, function, x);
                    }
                },
                false,
                saves,
                derivative);
    }

    /** One whose body computes in float64, also for float32. */
    Called(String name, Lane lane, Saves saves, Derivative derivative) {
        this(name, lane, true, saves, derivative);
    }

    Called(String name, Lane lane, boolean inDouble, Saves saves, Derivative derivative) {
        super(name, Promotion.TO_FLOAT, saves);
        this.lane = lane;
        this.inDouble = inDouble;
        this.derivative = derivative;
    }

    @Override
    protected boolean inDouble() {
        return inDouble;
    }

    @Override
    protected <V> V lane(Lanes<V> l, V x) {
        return lane.of(l, x);
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
        return Tensor.where(x.eq(0), Tensor.number(1).to(x.dtype()), x);
    }

    /** {@code value} where x is 0, else y. */
    static Tensor atZero(Tensor x, double value, Tensor y) {
        return Tensor.where(x.eq(0), Tensor.number(value).to(y.dtype()), y);
    }
}
