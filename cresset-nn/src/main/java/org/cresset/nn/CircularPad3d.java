package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, D, H, W) or (C, D, H, W) with the elements of the other end around. As {@code nn.CircularPad3d}. */
public final class CircularPad3d extends PaddingLayer {
    /** One width on all sides. */
    public CircularPad3d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.CircularPad3d(padding)")
    public CircularPad3d(long[] padding) {
        super(6, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "circular", null);
    }
}
