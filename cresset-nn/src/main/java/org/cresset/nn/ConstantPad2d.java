package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H, W) or (C, H, W) with a value around. As {@code nn.ConstantPad2d}. */
public final class ConstantPad2d extends PaddingLayer {
    private final double value;

    /** One width on all sides. */
    public ConstantPad2d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ConstantPad2d(padding, value)")
    public ConstantPad2d(long[] padding, double value) {
        super(4, padding);
        this.value = value;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", value);
    }
}
