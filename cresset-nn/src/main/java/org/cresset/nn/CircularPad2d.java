package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H, W) or (C, H, W) with the elements of the other end around. As {@code nn.CircularPad2d}. */
public final class CircularPad2d extends PaddingLayer {
    /** One width on all sides. */
    public CircularPad2d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.CircularPad2d(padding)")
    public CircularPad2d(long[] padding) {
        super(4, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "circular", null);
    }
}
