package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, D, H, W) or (C, D, H, W) with the elements mirrored at the border around. As {@code nn.ReflectionPad3d}. */
public final class ReflectionPad3d extends PaddingLayer {
    /** One width on all sides. */
    public ReflectionPad3d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReflectionPad3d(padding)")
    public ReflectionPad3d(long[] padding) {
        super(6, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "reflect", null);
    }
}
