package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.nn.functional.Reduction;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** How much closer than the margin the negative is than the positive (Balntas et al. 2016). As {@code nn.TripletMarginLoss}. */
public final class TripletMarginLoss extends Module {
    private final double margin;
    private final double p;
    private final double eps;
    private final boolean swap;
    private final Reduction reduction;

    /** The mean, with margin 1 and the Euclidean distance. */
    public TripletMarginLoss() {
        this(1, 2, 1e-6, false, Reduction.MEAN);
    }

    /** All options. */
    @Torch("nn.TripletMarginLoss(margin=1.0, p=2.0, eps=1e-06, swap=False, *, reduction='mean')")
    public TripletMarginLoss(double margin, double p, double eps, boolean swap, Reduction reduction) {
        this.margin = margin;
        this.p = p;
        this.eps = eps;
        this.swap = swap;
        this.reduction = reduction;
    }

    /** The loss. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return Functional.tripletMarginLoss(anchor, positive, negative, margin, p, eps, swap, null, null, reduction);
    }
}
