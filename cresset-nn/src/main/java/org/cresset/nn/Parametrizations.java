package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The parametrizations of {@code torch.nn.utils.parametrizations}. All return the module. */
public final class Parametrizations {
    private Parametrizations() {}

    private static Tensor weight(String what, Module module, String name) {
        Tensor t = module.own(name);
        if (t == null) {
            throw CressetException.value(what + ": " + module.getClass().getSimpleName() + " has no tensor " + name);
        }
        return t;
    }

    /**
     * A tensor as direction and length, of which there is one for each slice of {@code dim}, or one for all (null). As {@code
     * weight_norm}.
     */
    @Torch("nn.utils.parametrizations.weight_norm(module, name='weight', dim=0)")
    public static Module weightNorm(Module module, String name, @Nullable Long dim) {
        weight("weight_norm", module, name);
        Parametrize.register(module, name, new WeightNorm(dim));
        return module;
    }

    /** A tensor divided by its largest singular value, as a matrix with the rows of {@code dim}. As {@code spectral_norm}. */
    @Torch("nn.utils.parametrizations.spectral_norm(module, name='weight', n_power_iterations=1, eps=1e-12, dim=None)")
    public static Module spectralNorm(
            Module module, String name, int nPowerIterations, double eps, @Nullable Long dim) {
        Tensor w = weight("spectral_norm", module, name);
        boolean transposed = module instanceof ConvTransposeNd;
        long d = dim != null ? dim : transposed ? 1 : 0;
        Parametrize.register(module, name, new SpectralNorm(w, nPowerIterations, d, eps));
        return module;
    }

    /** A matrix with orthonormal columns or rows; map null: matrix_exp for square ones, else householder. As {@code orthogonal}. */
    @Torch(
            "nn.utils.parametrizations.orthogonal(module, name='weight', orthogonal_map=None, *, use_trivialization=True)")
    public static Module orthogonal(
            Module module, String name, @Nullable String orthogonalMap, boolean useTrivialization) {
        Tensor w = weight("orthogonal", module, name);
        if (w.dim() < 2) {
            throw CressetException.value("orthogonal: " + name + " of shape " + w.shape() + " is not a matrix");
        }
        String map = orthogonalMap != null ? orthogonalMap : w.size(-2) == w.size(-1) ? "matrix_exp" : "householder";
        Parametrize.register(module, name, new OrthogonalMap(map, useTrivialization));
        return module;
    }
}
