package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, D, H, W) or (C, D, H, W) with a value around. As {@code nn.ConstantPad3d}. */
public final class ConstantPad3d extends PaddingLayer {
    private final double value;

    /** One width on all sides. */
    public ConstantPad3d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ConstantPad3d(padding, value)")
    public ConstantPad3d(long[] padding, double value) {
        super(6, padding);
        this.value = value;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", value);
    }
}
