package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** (N, C r², H, W) as (N, C, H r, W r) (Shi et al. 2016). As {@code nn.PixelShuffle}. */
public final class PixelShuffle extends Layer {
    private final long upscaleFactor;

    /** With a factor r. */
    @Torch("nn.PixelShuffle(upscale_factor)")
    public PixelShuffle(long upscaleFactor) {
        this.upscaleFactor = upscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.pixelShuffle(input, upscaleFactor);
    }

    @Override
    protected String describe() {
        return "upscale_factor=" + upscaleFactor;
    }
}
