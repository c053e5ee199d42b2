package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The multi-class hinge loss: (N, C) and class indices (N). As {@code nn.MultiMarginLoss}. */
public final class MultiMarginLoss extends Loss {
    private final long p;
    private final double margin;
    private final @Nullable Tensor weight;
    private final Reduction reduction;

    /** The mean, with p and margin 1. */
    public MultiMarginLoss() {
        this(1, 1, null, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.MultiMarginLoss(p=1, margin=1.0, weight=None, *, reduction='mean')")
    public MultiMarginLoss(long p, double margin, @Nullable Tensor weight, Reduction reduction) {
        this.p = p;
        this.margin = margin;
        this.weight = weight == null ? null : buffer(weight);
        this.reduction = reduction;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return Functional.multiMarginLoss(input, target, p, margin, weight, null, null, reduction);
    }
}
