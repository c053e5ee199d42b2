package org.cresset.tensor;

import org.cresset.autograd.Interpreter;
import org.cresset.base.Device;

/** A value and its derivative along a direction, as {@code jvp}'s function sees them. */
public final class Dual extends Tensor {
    private final Tensor primal;
    private final Tensor tangent;
    private final Interpreter owner;

    /** A value with its tangent of the same shape. */
    public Dual(Tensor primal, Tensor tangent, Interpreter owner) {
        super(primal.shape, primal.dtype);
        this.primal = primal;
        this.tangent = tangent;
        this.owner = owner;
    }

    /** The value. */
    public Tensor primal() {
        return primal;
    }

    /** The derivative. */
    public Tensor tangent() {
        return tangent;
    }

    /** The transform that this belongs to. */
    public Interpreter owner() {
        return owner;
    }

    /** The value alone: it doesn't move. */
    @Override
    public Tensor detach() {
        return primal.detach();
    }

    @Override
    Tensor values(String op) {
        return primal.values(op);
    }

    @Override
    public Device device() {
        return primal.device();
    }

    @Override
    public boolean requiresGrad() {
        return primal.requiresGrad();
    }
}
