package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A direction and lengths (Salimans and Kingma 2016): {@code g v / |v|}, with a length for each slice of a dimension. */
final class WeightNorm extends Parametrize.Parametrization {
    private final @Nullable Long dim;

    WeightNorm(@Nullable Long dim) {
        this.dim = dim;
    }

    private Tensor norm(Tensor v) {
        if (dim == null || dim == -1) { // PyTorch takes -1 for all dimensions here
            return v.square().sum().sqrt();
        }
        long kept = dim < 0 ? dim + v.dim() : dim;
        long[] others = new long[v.dim() - 1];
        int i = 0;
        for (int d = 0; d < v.dim(); d++) {
            if (d != kept) {
                others[i++] = d;
            }
        }
        return others.length == 0 ? v.abs() : v.square().sum(others, true).sqrt();
    }

    @Override
    public Tensor forward(Tensor[] originals) {
        return originals[1].mul(originals[0].div(norm(originals[1])));
    }

    @Override
    public Tensor[] rightInverse(Tensor value) {
        return new Tensor[] {norm(value), value};
    }

    @Override
    protected String describe() {
        return "dim=" + (dim == null ? "None" : dim);
    }
}
