package org.cresset.nn;

import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Batch normalization of (N, C, ...) over the batches of all processes, of which there is one here. As {@code nn.SyncBatchNorm}. */
public final class SyncBatchNorm extends BatchNormBase {
    /** PyTorch's defaults. */
    public SyncBatchNorm(long numFeatures) {
        this(numFeatures, 1e-5, 0.1, true, true, true);
    }

    /** All options. */
    @Torch(
            "nn.SyncBatchNorm(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, *, bias=True)")
    public SyncBatchNorm(
            long numFeatures,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean trackRunningStats,
            boolean bias) {
        super(numFeatures, eps, momentum, affine, trackRunningStats, bias);
    }

    @Override
    void check(Tensor input) {
        if (input.dim() < 2) {
            throw CressetException.value("expected at least 2 dimensions, got an input of shape " + input.shape());
        }
    }

    /** The net with every batch normalization below it replaced by one of this kind, which has its values. As {@code convert_sync_batchnorm}. */
    public static Module convert(Module net) {
        if (net instanceof BatchNormBase b && !(net instanceof SyncBatchNorm)) {
            SyncBatchNorm s = new SyncBatchNorm(
                    b.numFeatures(), b.eps, b.momentum, b.affine(), b.tracked(), b.bias != null || !b.affine());
            s.loadStateDict(b.stateDict(), true);
            return s.train(b.isTraining());
        }
        for (Map.Entry<String, Module> e : net.namedChildren().entrySet()) {
            Module made = convert(e.getValue());
            if (made != e.getValue()) {
                net.replaceChild(e.getKey(), made);
            }
        }
        return net;
    }
}
