package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Real eigenvalues in ascending order and, unless only those are wanted, eigenvectors of Hermitian matrices. */
public final class Eigh extends Linalg {
    private static final Eigh OP = new Eigh();

    /** Which triangle is read; whether there are vectors; the name to fail in. */
    record Attrs(boolean upper, boolean vectors, String op) {}

    private Eigh() {
        super("linalg.eigh", Saves.OUTPUTS);
    }

    /** Eigenvalues and eigenvectors. */
    public static Tensor[] decompose(Tensor a, boolean upper) {
        return OP.all(new Attrs(upper, true, "linalg.eigh"), a);
    }

    /** The eigenvalues; the vectors too where the derivative will need them. */
    public static Tensor values(Tensor a, boolean upper) {
        return OP.all(new Attrs(upper, derivativePossible(a), "linalg.eigvalsh"), a)[0];
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs t = (Attrs) attrs;
        expectSquare(t.op, in[0]);
        Spec w = new Spec(shape(in[0], 1), in[0].dtype().real());
        return t.vectors ? new Spec[] {w, new Spec(in[0].shape(), in[0].dtype())} : new Spec[] {w};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(t.op);
        Dense a = in[0];
        Dense v = t.vectors ? out[1] : columns(a.shape(), a.dtype());
        Pointwise.copy(a, v);
        int n = size(a, -1);
        long count = count(a);
        if (n == 0) {
            return;
        }
        Dense infos = Svd.infos(count);
        each(
                count,
                9.0 * n * n * n,
                infos,
                i -> l.syevd(a.dtype(), t.vectors, t.upper, n, address(v, i, count), ld(n), address(out[0], i, count)),
                v,
                out[0]);
        Svd.checkConverged(t.op, a, infos);
    }

    /** gA = V (diag(gw) + skew(VᴴgV) / E) Vᴴ with E_ij = w_j - w_i off the diagonal (Giles 2008), which is Hermitian. */
    @Override
    protected void vjp(Vjp v) {
        Tensor w = v.output(0);
        Tensor vectors = v.output(1);
        Tensor vh = Matrices.adjoint(vectors);
        if (!v.hasGrad(1)) {
            v.set(0, Matrices.scaleColumns(vectors, v.grad(0)).matmul(vh));
            return;
        }
        Tensor inner = vh.matmul(v.grad(1));
        Svd.expectPhaseFree("linalg.eigh", "eigenvectors", inner);
        Tensor e = w.unsqueeze(-2).sub(w.unsqueeze(-1)).add(Tensor.eye(w.size(-1), w.dtype()));
        Tensor x =
                Matrices.offDiagonal(inner.sub(Matrices.adjoint(inner)).mul(0.5).div(e));
        if (v.hasGrad(0)) {
            x = x.add(Matrices.diagonalMatrix(v.grad(0)));
        }
        v.set(0, vectors.matmul(x).matmul(vh));
    }
}
