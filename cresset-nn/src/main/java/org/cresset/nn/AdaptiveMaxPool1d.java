package org.cresset.nn;

import java.util.Arrays;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The largest of as many windows as the result is to have, from (N, C, L) or (C, L). As {@code nn.AdaptiveMaxPool1d}; {@link #forwardWithIndices} gives the positions, too. */
public final class AdaptiveMaxPool1d extends Layer {
    private final @Nullable Long[] outputSize;
    private final boolean returnIndices;

    /** One size in all dimensions. */
    public AdaptiveMaxPool1d(long outputSize) {
        this(new Long[] {outputSize}, false);
    }

    /** Sizes of the result, null: that of the input. */
    @Torch("nn.AdaptiveMaxPool1d(output_size, return_indices=False)")
    public AdaptiveMaxPool1d(@Nullable Long[] outputSize, boolean returnIndices) {
        this.outputSize = outputSize.clone();
        this.returnIndices = returnIndices;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.adaptiveMaxPool1d(input, outputSize);
    }

    @Override
    protected String describe() {
        return "output_size=" + Arrays.toString(outputSize);
    }

    /** The largest, and where they are in their image, int64. */
    public Tensor[] forwardWithIndices(Tensor input) {
        return Functional.adaptiveMaxPoolWithIndices(1, input, outputSize);
    }

    /** What PyTorch's module gives: the largest, or with {@code returnIndices} both. */
    @Torch("forward(input)")
    public Object forwardAsAsked(Tensor input) {
        return returnIndices ? forwardWithIndices(input) : forward(input);
    }
}
