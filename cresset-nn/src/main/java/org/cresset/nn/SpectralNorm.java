package org.cresset.nn;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A weight divided by its largest singular value, found by power iteration (Miyato et al. 2018). */
final class SpectralNorm extends Parametrize.Parametrization {
    @Key("_u")
    private final @Nullable Tensor u;

    @Key("_v")
    private final @Nullable Tensor v;

    private final int iterations;
    private final double eps;
    private final int dim;

    SpectralNorm(Tensor weight, int iterations, long dim, double eps) {
        if (dim >= weight.dim() || dim < -weight.dim()) {
            throw CressetException.index("spectral_norm: dimension " + dim + " of a weight of shape " + weight.shape());
        }
        if (iterations < 1) {
            throw CressetException.value("spectral_norm: " + iterations + " power iterations; expected at least 1");
        }
        this.dim = (int) (dim < 0 ? dim + weight.dim() : dim);
        this.iterations = iterations;
        this.eps = eps;
        if (weight.dim() < 2) {
            u = null;
            v = null;
            return;
        }
        Tensor m = matrix(weight.detach());
        u = buffer(start(m.size(0), m.dtype()));
        v = buffer(start(m.size(1), m.dtype()));
        iterate(m, u, v, 15);
    }

    private Tensor start(long n, DType dtype) {
        return unit(Tensor.empty(dtype, n).normal_(0, 1));
    }

    private Tensor unit(Tensor x) {
        return Functional.normalize(x, 2, 0, eps);
    }

    private Tensor matrix(Tensor weight) {
        return weight.movedim(dim, 0).flatten(1);
    }

    private void iterate(Tensor m, Tensor left, Tensor right, int times) {
        Autograd.noGrad(() -> {
            for (int i = 0; i < times; i++) {
                left.copy_(unit(m.mv(right)));
                right.copy_(unit(m.t().mv(left)));
            }
        });
    }

    @Override
    public Tensor forward(Tensor[] originals) {
        Tensor w = originals[0];
        if (u == null || v == null) {
            return unit(w);
        }
        Tensor m = matrix(w);
        if (isTraining()) {
            iterate(m.detach(), u, v, iterations);
        }
        return w.div(u.clone().dot(m.mv(v.clone())));
    }
}
