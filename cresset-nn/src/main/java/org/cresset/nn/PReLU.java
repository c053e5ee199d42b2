package org.cresset.nn;

import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code max(0, x) + a min(0, x)} with a learned a, one for all or one for each channel (He et al. 2015). As {@code nn.PReLU}. */
public final class PReLU extends Layer {
    /** (1) or (channels). */
    public final Tensor weight;

    /** One number, 0.25 at first. */
    public PReLU() {
        this(1, 0.25);
    }

    /** As many numbers as channels, or one. */
    @Torch("nn.PReLU(num_parameters=1, init=0.25)")
    public PReLU(long numParameters, double init) {
        weight = parameter(Tensor.full(Shape.of(numParameters), init, DType.FLOAT32));
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.prelu(input, weight);
    }

    @Override
    protected String describe() {
        return "num_parameters=" + weight.size(0);
    }
}
