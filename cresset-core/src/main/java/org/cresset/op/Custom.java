package org.cresset.op;

/** Operations that users write. */
public abstract non-sealed class Custom extends Op {
    /** An operation with PyTorch's name for it. */
    protected Custom(String name, Saves saves) {
        super(name, saves);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.INHERITED;
    }
}
