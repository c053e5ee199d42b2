package org.cresset.nn;

import org.cresset.tensor.Tensor;

/** A module that maps one tensor to one tensor, and so can stand in a {@link Sequential}. */
public abstract class Layer extends Module {
    /** For subclasses. */
    protected Layer() {}

    /** Applies the layer. */
    public abstract Tensor forward(Tensor input);
}
