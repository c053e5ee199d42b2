package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** {@code log(1 / (1 + exp(-x)))}, for any shape. As {@code nn.LogSigmoid}. */
public final class LogSigmoid extends Layer {
    /** The layer. */
    @Torch("nn.LogSigmoid()")
    public LogSigmoid() {}

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.logsigmoid(input);
    }
}
