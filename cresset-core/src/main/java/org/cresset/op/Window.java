package org.cresset.op;

/** Operations that slide a window: pooling, padding, unfolding. */
public abstract non-sealed class Window extends Op {
    /** An operation with PyTorch's name for it. */
    protected Window(String name, Saves saves) {
        super(name, saves);
    }
}
