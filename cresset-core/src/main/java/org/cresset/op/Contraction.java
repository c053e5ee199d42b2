package org.cresset.op;

/** Sums of products over shared dimensions: matrix products and convolutions. */
public abstract non-sealed class Contraction extends Op {
    /** An operation with PyTorch's name for it. */
    protected Contraction(String name, Saves saves) {
        super(name, saves);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.LOWER;
    }
}
