package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** Divided by a power of the mean square of neighbouring channels of (N, C, ...) (Krizhevsky et al. 2012). As {@code nn.LocalResponseNorm}. */
public final class LocalResponseNorm extends Layer {
    private final long size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** Over a number of channels, with PyTorch's defaults. */
    public LocalResponseNorm(long size) {
        this(size, 1e-4, 0.75, 1);
    }

    /** All options. */
    @Torch("nn.LocalResponseNorm(size, alpha=0.0001, beta=0.75, k=1.0)")
    public LocalResponseNorm(long size, double alpha, double beta, double k) {
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.localResponseNorm(input, size, alpha, beta, k);
    }

    @Override
    protected String describe() {
        return size + ", alpha=" + alpha + ", beta=" + beta + ", k=" + k;
    }
}
