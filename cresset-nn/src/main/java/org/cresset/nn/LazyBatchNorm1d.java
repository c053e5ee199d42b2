package org.cresset.nn;

import java.util.Map;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** {@link BatchNorm1d} that learns the number of channels from its first input. As {@code nn.LazyBatchNorm1d}. */
public final class LazyBatchNorm1d extends BatchNorm1d {
    /** PyTorch's defaults. */
    public LazyBatchNorm1d() {
        this(1e-5, 0.1, true, true, true);
    }

    /** All options. */
    @Torch("nn.LazyBatchNorm1d(eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, *, bias=True)")
    public LazyBatchNorm1d(
            double eps, @Nullable Double momentum, boolean affine, boolean trackRunningStats, boolean bias) {
        super(-1, eps, momentum, affine, trackRunningStats, bias);
    }

    @Override
    protected Tensor compute(Tensor input) {
        if (numFeatures() < 0) {
            check(input);
            materialize(input.size(1));
        }
        return super.compute(input);
    }

    @Override
    void prepareToLoad(Map<String, Tensor> state, String prefix) {
        Lazy.features(this, state, prefix);
    }
}
