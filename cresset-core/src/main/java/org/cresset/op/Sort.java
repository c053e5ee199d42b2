package org.cresset.op;

/** Ordering: sort, topk, kthvalue, unique. */
public abstract non-sealed class Sort extends Op {
    /** An operation with PyTorch's name for it. */
    protected Sort(String name, Saves saves) {
        super(name, saves);
    }
}
