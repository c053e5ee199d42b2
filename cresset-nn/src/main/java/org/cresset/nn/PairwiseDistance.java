package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The p-norm of the difference along the last dimension. As {@code nn.PairwiseDistance}. */
public final class PairwiseDistance extends Module {
    private final double p;
    private final double eps;
    private final boolean keepdim;

    /** The Euclidean distance. */
    public PairwiseDistance() {
        this(2, 1e-6, false);
    }

    /** All options. */
    @Torch("nn.PairwiseDistance(p=2.0, eps=1e-06, keepdim=False)")
    public PairwiseDistance(double p, double eps, boolean keepdim) {
        this.p = p;
        this.eps = eps;
        this.keepdim = keepdim;
    }

    /** The distances. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return Functional.pairwiseDistance(x1, x2, p, eps, keepdim);
    }
}
