package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, L) or (C, L) with zeros around. As {@code nn.ZeroPad1d}. */
public final class ZeroPad1d extends PaddingLayer {
    /** One width on all sides. */
    public ZeroPad1d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ZeroPad1d(padding)")
    public ZeroPad1d(long[] padding) {
        super(2, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", 0.0);
    }
}
