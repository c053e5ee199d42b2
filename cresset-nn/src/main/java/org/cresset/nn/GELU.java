package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** x times the normal distribution function (Hendrycks, Gimpel 2016); any shape. As {@code nn.GELU}. */
public final class GELU extends Layer {
    private final String approximate;

    /** By the exact form. */
    public GELU() {
        this("none");
    }

    /** All options. */
    @Torch("nn.GELU(approximate='none')")
    public GELU(String approximate) {
        this.approximate = approximate;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.gelu(input, approximate);
    }

    @Override
    protected String describe() {
        return "approximate='" + approximate + "'";
    }
}
