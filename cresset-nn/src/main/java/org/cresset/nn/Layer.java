package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;

/**
 * A module that maps one tensor to one tensor, and so can stand in a {@link Sequential}. Subclasses say how in
 * {@link #compute}; {@link #forward} is what callers use, with hooks and with errors that name the layer.
 */
public abstract class Layer extends Module {
    /** For subclasses. */
    protected Layer() {}

    /**
     * Applies the layer.
     *
     * @throws CressetException of what went wrong, naming the layer by its path in the net that it belongs to
     */
    public final Tensor forward(Tensor input) {
        if (watched()) {
            return call(in -> compute((Tensor) Hook.given(in[0])), input);
        }
        try {
            return compute(input);
        } catch (CressetException e) {
            throw located(e);
        }
    }

    /** What the layer does, without hooks. */
    protected abstract Tensor compute(Tensor input);
}
