package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.random.Generator;

/** Operations that draw random numbers. Their results don't depend on the values of their inputs in a differentiable way. */
public abstract non-sealed class RandomOp extends Op {
    /** An operation with PyTorch's name for it. */
    protected RandomOp(String name) {
        super(name, Saves.NOTHING);
    }

    /** Attributes of random operations. */
    public interface Source {
        /** What numbers are drawn from. */
        Generator generator();
    }

    /** What a call with these attributes draws from. */
    public static Generator generator(Object attrs) {
        return ((Source) attrs).generator();
    }

    @Override
    public boolean differentiable(int output) {
        return false;
    }

    @Override
    protected void vjp(Vjp vjp) {
        vjp.none();
    }
}
