package org.cresset.op;

/** Reading and writing at positions that tensors hold: gather, scatter, index, embedding. */
public abstract non-sealed class Index extends Op {
    /** An operation with PyTorch's name for it. */
    protected Index(String name, Saves saves) {
        super(name, saves);
    }
}
