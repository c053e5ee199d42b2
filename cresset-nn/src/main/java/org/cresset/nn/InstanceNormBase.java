package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What instance normalizations have in common. */
abstract class InstanceNormBase extends NormBase {
    private final int unbatched;

    InstanceNormBase(
            int unbatched,
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        super(numFeatures, eps, momentum, affine, trackRunningStats, bias);
        this.unbatched = unbatched;
    }

    @Override
    protected Tensor compute(Tensor input) {
        checkDim(input, unbatched, unbatched + 1);
        int channel = input.dim() - unbatched;
        if (affine() && input.size(channel) != numFeatures()) {
            throw CressetException.value("expected " + numFeatures() + " channels in dimension " + channel
                    + " of the input, got shape " + input.shape());
        }
        Tensor x = channel == 0 ? input.unsqueeze(0) : input;
        Tensor y = Functional.instanceNorm(
                x,
                runningMean,
                runningVar,
                weight,
                bias,
                isTraining() || !tracked(),
                momentum == null ? 0 : momentum,
                eps);
        return channel == 0 ? y.squeeze(0) : y;
    }
}
