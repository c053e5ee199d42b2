package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** One minus the cosine for targets 1, what it is above the margin for targets -1; (N, D), (N, D) and (N). As {@code nn.CosineEmbeddingLoss}. */
public final class CosineEmbeddingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** The mean, without margin. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.CosineEmbeddingLoss(margin=0.0, *, reduction='mean')")
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** The loss. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return Functional.cosineEmbeddingLoss(input1, input2, target, margin, null, null, reduction);
    }
}
