package org.cresset.nn;

import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Each channel of each image of (N, C, H, W), with or without N, brought to mean 0 and variance 1 (Ulyanov et al. 2016). As {@code nn.InstanceNorm2d}. */
public class InstanceNorm2d extends InstanceNormBase {
    /** PyTorch's defaults: eps 1e-5, no weights, no running statistics. */
    public InstanceNorm2d(long numFeatures) {
        this(numFeatures, 1e-5, 0.1, false, false, true);
    }

    /** All options. */
    @Torch(
            "nn.InstanceNorm2d(num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, *, bias=True)")
    public InstanceNorm2d(
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        super(3, numFeatures, eps, momentum, affine, trackRunningStats, bias);
    }
}
