package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H, W) or (C, H, W) with the elements mirrored at the border around. As {@code nn.ReflectionPad2d}. */
public final class ReflectionPad2d extends PaddingLayer {
    /** One width on all sides. */
    public ReflectionPad2d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReflectionPad2d(padding)")
    public ReflectionPad2d(long[] padding) {
        super(4, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "reflect", null);
    }
}
