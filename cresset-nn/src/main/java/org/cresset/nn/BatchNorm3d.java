package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Each channel of (N, C, D, H, W) brought to mean 0 and variance 1 (Ioffe and Szegedy 2015). As {@code nn.BatchNorm3d}. */
public class BatchNorm3d extends BatchNormBase {
    /** PyTorch's defaults: eps 1e-5, momentum 0.1, affine, with running statistics. */
    public BatchNorm3d(long numFeatures) {
        this(numFeatures, 1e-5, 0.1, true, true, true);
    }

    /** All options; {@code momentum} null: running statistics are plain averages over all batches. */
    @Torch("nn.BatchNorm3d(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, *, bias=True)")
    public BatchNorm3d(
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        super(numFeatures, eps, momentum, affine, trackRunningStats, bias);
    }

    @Override
    final void check(Tensor input) {
        checkDim(input, 5);
    }
}
