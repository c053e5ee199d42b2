package org.cresset.nn;

import org.cresset.tensor.Tensor;

/** A module that says how far an input is from a target. */
public abstract class Loss extends Module {
    /** For subclasses. */
    protected Loss() {}

    /** The loss: one number, or with {@code Reduction.NONE} one for each element or example. */
    public abstract Tensor forward(Tensor input, Tensor target);
}
