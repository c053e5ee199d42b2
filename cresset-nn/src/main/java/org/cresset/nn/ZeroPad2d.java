package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H, W) or (C, H, W) with zeros around. As {@code nn.ZeroPad2d}. */
public final class ZeroPad2d extends PaddingLayer {
    /** One width on all sides. */
    public ZeroPad2d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ZeroPad2d(padding)")
    public ZeroPad2d(long[] padding) {
        super(4, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", 0.0);
    }
}
