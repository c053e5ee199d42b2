package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, L) or (C, L) with the element at the border around. As {@code nn.ReplicationPad1d}. */
public final class ReplicationPad1d extends PaddingLayer {
    /** One width on all sides. */
    public ReplicationPad1d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReplicationPad1d(padding)")
    public ReplicationPad1d(long[] padding) {
        super(2, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "replicate", null);
    }
}
