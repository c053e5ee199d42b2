package org.cresset.tensor;

import org.cresset.autograd.Interpreter;
import org.cresset.base.Device;

/** A value and its derivative along a direction, as {@code jvp}'s function sees them. */
public final class Dual extends Tensor {
    private Tensor primal;
    private Tensor tangent;
    private final Interpreter owner;
    private boolean viewed;

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

    /** Takes another's place, of the same shape and dtype; what changes in place are. */
    public void become(Dual other) {
        primal = other.primal;
        tangent = other.tangent;
    }

    /** Says that another tensor shares this one's elements, so that it can't be changed for itself. */
    public void markViewed() {
        viewed = true;
    }

    /** Whether this is a view or has views. */
    public boolean isViewed() {
        return viewed;
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
    public boolean hasValues() {
        return primal.hasValues();
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
