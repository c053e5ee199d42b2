package org.cresset.nn;

import org.cresset.autograd.Autograd;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What batch normalizations have in common. */
abstract class BatchNormBase extends NormBase implements RunningStatistics {
    private boolean cumulative;

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
    public final void resetRunningStats() {
        Autograd.noGrad(() -> {
            if (runningMean != null && runningVar != null && numBatchesTracked != null) {
                runningMean.zero_();
                runningVar.fill_(1);
                numBatchesTracked.zero_();
            }
        });
    }

    @Override
    public final void cumulative(boolean on) {
        cumulative = on;
    }

    @Override
    protected Tensor compute(Tensor input) {
        check(input);
        double share = count(cumulative);
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
