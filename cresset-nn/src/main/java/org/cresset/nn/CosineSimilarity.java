package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The cosine of the angle between vectors along a dimension. As {@code nn.CosineSimilarity}. */
public final class CosineSimilarity extends Module {
    private final long dim;
    private final double eps;

    /** Along dimension 1. */
    public CosineSimilarity() {
        this(1, 1e-8);
    }

    /** All options. */
    @Torch("nn.CosineSimilarity(dim=1, eps=1e-08)")
    public CosineSimilarity(long dim, double eps) {
        this.dim = dim;
        this.eps = eps;
    }

    /** The cosines, without that dimension. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return Functional.cosineSimilarity(x1, x2, dim, eps);
    }
}
