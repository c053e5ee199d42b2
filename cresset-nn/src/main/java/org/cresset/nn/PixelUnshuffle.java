package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C, H r, W r) as (N, C r², H, W). As {@code nn.PixelUnshuffle}. */
public final class PixelUnshuffle extends Layer {
    private final long downscaleFactor;

    /** With a factor r. */
    @Torch("nn.PixelUnshuffle(downscale_factor)")
    public PixelUnshuffle(long downscaleFactor) {
        this.downscaleFactor = downscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pixelUnshuffle(input, downscaleFactor);
    }

    @Override
    protected String describe() {
        return "downscale_factor=" + downscaleFactor;
    }
}
