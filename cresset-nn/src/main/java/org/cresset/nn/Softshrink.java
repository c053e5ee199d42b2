package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x moved by lambd towards 0, 0 where it would cross; any shape. As {@code nn.Softshrink}. */
public final class Softshrink extends Layer {
    private final double lambd;

    /** With lambd 0.5. */
    public Softshrink() {
        this(0.5);
    }

    /** All options. */
    @Torch("nn.Softshrink(lambd=0.5)")
    public Softshrink(double lambd) {
        this.lambd = lambd;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.softshrink(input, lambd);
    }

    @Override
    protected String describe() {
        return "" + lambd;
    }
}
