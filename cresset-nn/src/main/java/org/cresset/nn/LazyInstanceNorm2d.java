package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** {@link InstanceNorm2d} that learns the number of channels from its first input. As {@code nn.LazyInstanceNorm2d}. */
public final class LazyInstanceNorm2d extends InstanceNorm2d {
    /** PyTorch's defaults, which differ from those of the eager one: with weights and running statistics. */
    public LazyInstanceNorm2d() {
        this(1e-5, 0.1, true, true, true);
    }

    /** All options. */
    @Torch("nn.LazyInstanceNorm2d(eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, *, bias=True)")
    public LazyInstanceNorm2d(
            double eps, @Nullable Double momentum, boolean affine, boolean trackRunningStats, boolean bias) {
        super(-1, eps, momentum, affine, trackRunningStats, bias);
    }

    @Override
    protected Tensor compute(Tensor input) {
        if (numFeatures() < 0) {
            checkDim(input, 3, 4);
            materialize(input.size(input.dim() - 3));
        }
        return super.compute(input);
    }

    @Override
    void prepareToLoad(Map<String, Tensor> state, String prefix) {
        Lazy.features(this, state, prefix);
    }
}
