package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Averages over as many windows as the result is to have, from (N, C, D, H, W) or (C, D, H, W). As {@code nn.AdaptiveAvgPool3d}. */
public final class AdaptiveAvgPool3d extends Layer {
    private final @Nullable Long[] outputSize;

    /** One size in all dimensions. */
    public AdaptiveAvgPool3d(long outputSize) {
        this(new Long[] {outputSize});
    }

    /** Sizes of the result; null: that of the input. */
    @Torch("nn.AdaptiveAvgPool3d(output_size)")
    public AdaptiveAvgPool3d(@Nullable Long[] outputSize) {
        this.outputSize = outputSize.clone();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.adaptiveAvgPool3d(input, outputSize);
    }

    @Override
    protected String describe() {
        return "output_size=" + Arrays.toString(outputSize);
    }
}
