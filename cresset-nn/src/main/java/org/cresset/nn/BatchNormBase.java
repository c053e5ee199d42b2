package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What batch normalizations have in common. */
abstract class BatchNormBase extends NormBase {
    BatchNormBase(
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        super(numFeatures, eps, momentum, affine, trackRunningStats, bias);
    }

    abstract void check(Tensor input);

    @Override
    protected Tensor compute(Tensor input) {
        check(input);
        double share = count();
        boolean byBatch = isTraining() || runningMean == null && runningVar == null;
        boolean statistics = !isTraining() || tracked();
        return Functional.batchNorm(
                input,
                statistics ? runningMean : null,
                statistics ? runningVar : null,
                weight,
                bias,
                byBatch,
                share,
                eps);
    }
}
