package org.cresset.linalg;

import org.cresset.base.CressetException;
import org.cresset.op.Matrices;
import org.cresset.op.Qr;
import org.cresset.op.Svd;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Decompositions by random projections (Halko, Martinsson and Tropp 2009), and statistics of observations. */
class LowRank extends Covariance {
    LowRank() {}

    /** U, S and V of at least the first few singular values of A (minus M, if given). As {@code torch.svd_lowrank}. */
    @Torch("svd_lowrank(A: Tensor, q=6, niter=2, M=None)")
    public static Tensor[] svdLowrank(Tensor a, @Nullable Long q, @Nullable Long niter, @Nullable Tensor m) {
        org.cresset.op.Linalg.expectMatrices("svd_lowrank", a);
        Tensor x = m == null ? a : a.sub(m);
        boolean wide = x.size(-2) < x.size(-1);
        Tensor tall = wide ? Matrices.adjoint(x) : x;
        Tensor basis = basis(tall, q == null ? 6 : q, niter == null ? 2 : niter);
        Tensor[] f = Svd.decompose(Matrices.adjoint(basis).matmul(tall), false);
        Tensor u = basis.matmul(f[0]);
        Tensor v = Matrices.adjoint(f[2]);
        return wide ? new Tensor[] {v, f[1], u} : new Tensor[] {u, f[1], v};
    }

    /** Orthonormal columns that nearly span the range of A. */
    private static Tensor basis(Tensor a, long q, long niter) {
        if (q < 0 || q > Math.min(a.size(-1), a.size(-2))) {
            throw CressetException.value("svd_lowrank: q is " + q + "; expected 0 to "
                    + Math.min(a.size(-1), a.size(-2)) + " for shape " + a.shape());
        }
        if (niter < 0) {
            throw CressetException.value("svd_lowrank: niter is " + niter + "; expected at least 0");
        }
        long n = a.size(-1);
        Tensor random = a.dtype().isComplex()
                ? complexNormal(n, q).to(a.dtype())
                : Tensor.randn(n, q).to(a.dtype());
        Tensor ah = Matrices.adjoint(a);
        Tensor basis = Qr.factor(a.matmul(random), Qr.Mode.REDUCED)[0];
        for (long i = 0; i < niter; i++) {
            basis = Qr.factor(ah.matmul(basis), Qr.Mode.REDUCED)[0];
            basis = Qr.factor(a.matmul(basis), Qr.Mode.REDUCED)[0];
        }
        return basis;
    }

    private static Tensor complexNormal(long n, long q) {
        Tensor parts = Tensor.randn(n, q, 2).mul(Math.sqrt(0.5));
        Tensor i = org.cresset.tensor.Dense.wrappedComplex(0, 1);
        return parts.select(-1, 0).add(parts.select(-1, 1).mul(i));
    }

    /** U, S and V of the principal components of rows, centered unless told otherwise. As {@code torch.pca_lowrank}. */
    @Torch("pca_lowrank(A: Tensor, q=None, center=True, niter=2)")
    public static Tensor[] pcaLowrank(Tensor a, @Nullable Long q, boolean center, long niter) {
        org.cresset.op.Linalg.expectMatrices("pca_lowrank", a);
        long most = Math.min(a.size(-1), a.size(-2));
        long components = q == null ? Math.min(6, most) : q;
        if (components < 0 || components > most || niter < 0) {
            throw CressetException.value("pca_lowrank: q is " + components + ", niter " + niter
                    + "; expected q from 0 to " + most + " for shape " + a.shape() + ", and niter at least 0");
        }
        Tensor x = center ? a.sub(a.mean(new long[] {-2}, true)) : a;
        return svdLowrank(x, components, niter, null);
    }
}
