package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Averages over as many windows as the result is to have, from (N, C, L) or (C, L). As {@code nn.AdaptiveAvgPool1d}. */
public final class AdaptiveAvgPool1d extends Layer {
    private final Long[] outputSize;

    /** One size in all dimensions. */
    public AdaptiveAvgPool1d(long outputSize) {
        this(new Long[] {outputSize});
    }

    /** Sizes of the result; null: that of the input. */
    @Torch("nn.AdaptiveAvgPool1d(output_size)")
    public AdaptiveAvgPool1d(Long[] outputSize) {
        this.outputSize = outputSize;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.adaptiveAvgPool1d(input, outputSize);
    }

    @Override
    protected String describe() {
        return "output_size=" + Arrays.toString(outputSize);
    }
}
