package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, D, H, W) or (C, D, H, W) with the element at the border around. As {@code nn.ReplicationPad3d}. */
public final class ReplicationPad3d extends PaddingLayer {
    /** One width on all sides. */
    public ReplicationPad3d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReplicationPad3d(padding)")
    public ReplicationPad3d(long[] padding) {
        super(6, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "replicate", null);
    }
}
