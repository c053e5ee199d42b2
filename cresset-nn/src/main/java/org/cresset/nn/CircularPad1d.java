package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, L) or (C, L) with the elements of the other end around. As {@code nn.CircularPad1d}. */
public final class CircularPad1d extends PaddingLayer {
    /** One width on all sides. */
    public CircularPad1d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.CircularPad1d(padding)")
    public CircularPad1d(long[] padding) {
        super(2, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "circular", null);
    }
}
