package org.cresset.op;

/** Dense linear algebra on LAPACK. */
public abstract non-sealed class Linalg extends Op {
    /** An operation with PyTorch's name for it. */
    protected Linalg(String name, Saves saves) {
        super(name, saves);
    }
}
