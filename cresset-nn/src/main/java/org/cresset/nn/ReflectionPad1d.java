package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, L) or (C, L) with the elements mirrored at the border around. As {@code nn.ReflectionPad1d}. */
public final class ReflectionPad1d extends PaddingLayer {
    /** One width on all sides. */
    public ReflectionPad1d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReflectionPad1d(padding)")
    public ReflectionPad1d(long[] padding) {
        super(2, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "reflect", null);
    }
}
