package org.cresset.op;

/** Operations along one dimension in which each element depends on those before it: cumsum, cumprod, cummax. */
public abstract non-sealed class Scan extends Op {
    /** An operation with PyTorch's name for it. */
    protected Scan(String name, Saves saves) {
        super(name, saves);
    }
}
