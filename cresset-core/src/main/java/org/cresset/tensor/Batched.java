package org.cresset.tensor;

import java.util.Arrays;
import org.cresset.autograd.Interpreter;
import org.cresset.base.Device;
import org.cresset.base.Shape;

/** One example of a batch as {@code vmap}'s function sees it: the batch without its first dimension. */
public final class Batched extends Tensor {
    private Tensor batch;
    private final Interpreter owner;
    private boolean viewed;

    /** The examples of {@code batch}, whose first dimension {@code owner} maps over. */
    public Batched(Tensor batch, Interpreter owner) {
        super(Shape.of(Arrays.copyOfRange(batch.shape.dims(), 1, batch.dim())), batch.dtype);
        this.batch = batch;
        this.owner = owner;
    }

    /** All examples, stacked in dimension 0. */
    public Tensor batch() {
        return batch;
    }

    /** Takes another's place, of the same shape and dtype; what changes in place are. */
    public void become(Batched other) {
        batch = other.batch;
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

    @Override
    public Tensor detach() {
        return new Batched(batch.detach(), owner);
    }

    @Override
    public boolean hasValues() {
        return false;
    }

    @Override
    public Device device() {
        return batch.device();
    }

    @Override
    public boolean requiresGrad() {
        return batch.requiresGrad();
    }
}
