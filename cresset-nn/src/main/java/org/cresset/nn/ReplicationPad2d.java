package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H, W) or (C, H, W) with the element at the border around. As {@code nn.ReplicationPad2d}. */
public final class ReplicationPad2d extends PaddingLayer {
    /** One width on all sides. */
    public ReplicationPad2d(long padding) {
        this(new long[] {padding});
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ReplicationPad2d(padding)")
    public ReplicationPad2d(long[] padding) {
        super(4, padding);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "replicate", null);
    }
}
