package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The hinge loss of distances and targets 1 or -1. As {@code nn.HingeEmbeddingLoss}. */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;
    private final Reduction reduction;

    /** The mean, with margin 1. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.HingeEmbeddingLoss(margin=1.0, *, reduction='mean')")
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.hingeEmbeddingLoss(input, target, margin, null, null, reduction);
    }
}
