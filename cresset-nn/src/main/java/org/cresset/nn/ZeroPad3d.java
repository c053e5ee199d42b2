package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, D, H, W) or (C, D, H, W) with zeros around. As {@code nn.ZeroPad3d}. */
public final class ZeroPad3d extends PaddingLayer {
    /** One width on all sides. */
    public ZeroPad3d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ZeroPad3d(padding)")
    public ZeroPad3d(long[] padding) {
        super(6, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", 0.0);
    }
}
