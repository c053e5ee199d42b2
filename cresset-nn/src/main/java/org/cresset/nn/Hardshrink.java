package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x where {@code |x| > lambd}, else 0; any shape. As {@code nn.Hardshrink}. */
public final class Hardshrink extends Layer {
    private final double lambd;

    /** With lambd 0.5. */
    public Hardshrink() {
        this(0.5);
    }

    /** All options. */
    @Torch("nn.Hardshrink(lambd=0.5)")
    public Hardshrink(double lambd) {
        this.lambd = lambd;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.hardshrink(input, lambd);
    }

    @Override
    protected String describe() {
        return "" + lambd;
    }
}
