package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, L) or (C, L) with a value around. As {@code nn.ConstantPad1d}. */
public final class ConstantPad1d extends PaddingLayer {
    private final double value;

    /** One width on all sides. */
    public ConstantPad1d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** Widths by side, those of the last dimension first. */
    @Torch("nn.ConstantPad1d(padding, value)")
    public ConstantPad1d(long[] padding, double value) {
        super(2, padding);
        this.value = value;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pad(input, padding(), "constant", value);
    }
}
