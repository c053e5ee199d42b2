package org.cresset.op;

/** A hand-written kernel for what other operations could also say: softmax, norms, attention, losses. */
public abstract non-sealed class Composite extends Op {
    /** An operation with PyTorch's name for it. */
    protected Composite(String name, Saves saves) {
        super(name, saves);
    }
}
