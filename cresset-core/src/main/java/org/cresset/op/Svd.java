package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The singular value decomposition A = U diag(S) Vᴴ, singular values in descending order. Gives U, S and Vᴴ, or S alone. */
public final class Svd extends Linalg {
    private static final Svd OP = new Svd();

    /** How much of U and V; the name to fail in. */
    record Attrs(Lapack.Vectors vectors, String op) {}

    private Svd() {
        super("linalg.svd", Saves.OUTPUTS);
    }

    /** U, S and Vᴴ; with all columns of U and rows of Vᴴ, or the first min(m, n). */
    public static Tensor[] decompose(Tensor a, boolean full) {
        return OP.all(new Attrs(full ? Lapack.Vectors.ALL : Lapack.Vectors.SOME, "linalg.svd"), a);
    }

    /** The singular values; U and V are computed too where the derivative will need them. */
    public static Tensor values(Tensor a) {
        return derivativePossible(a)
                ? OP.all(new Attrs(Lapack.Vectors.SOME, "linalg.svdvals"), a)[1]
                : OP.all(new Attrs(Lapack.Vectors.NONE, "linalg.svdvals"), a)[0];
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs t = (Attrs) attrs;
        Tensor a = in[0];
        expectMatrices(t.op, a);
        long m = a.size(-2);
        long n = a.size(-1);
        long k = Math.min(m, n);
        Spec s = new Spec(shape(a, 2, k), a.dtype().real());
        if (t.vectors == Lapack.Vectors.NONE) {
            return new Spec[] {s};
        }
        boolean all = t.vectors == Lapack.Vectors.ALL;
        return new Spec[] {
            new Spec(shape(a, 2, m, all ? m : k), a.dtype()), s, new Spec(shape(a, 2, all ? n : k, n), a.dtype())
        };
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(t.op);
        boolean none = t.vectors == Lapack.Vectors.NONE;
        Dense s = none ? out[0] : out[1];
        int m = size(in[0], -2);
        int n = size(in[0], -1);
        long count = count(in[0]);
        if (m == 0 || n == 0) {
            for (int i = 0; !none && i < 3; i += 2) {
                if (out[i].numel() > 0) {
                    Pointwise.copy((Dense) Matrices.identityLike(out[i]), out[i]);
                }
            }
            return;
        }
        Dense a = columnsOf(in[0]);
        Dense infos = infos(count);
        int k = Math.min(m, n);
        int rows = none ? 1 : size(out[2], -2);
        each(
                count,
                8.0 * m * n * k,
                infos,
                i -> l.gesdd(
                        a.dtype(),
                        t.vectors,
                        m,
                        n,
                        address(a, i, count),
                        ld(m),
                        address(s, i, count),
                        none ? 0 : address(out[0], i, count),
                        ld(m),
                        none ? 0 : address(out[2], i, count),
                        ld(rows)),
                a,
                s,
                out[0],
                out[out.length - 1]);
        checkConverged(t.op, in[0], infos);
    }

    /** Memory for the info of each matrix. */
    static Dense infos(long count) {
        return Dense.empty(Shape.of(count), DType.INT32);
    }

    /** Throws where an iteration didn't converge. */
    static void checkConverged(String op, Dense a, Dense infos) {
        check(
                op,
                a,
                infos,
                info -> "the algorithm failed to converge, because the input is ill-conditioned, has too many repeated"
                        + " values or isn't finite (info " + info + ")");
    }

    /**
     * Vectors of complex matrices are determined up to a phase each; a function that depends on it has no derivative, which
     * shows as an imaginary part on the diagonal of {@code vectorsᴴ gradient}.
     */
    static void expectPhaseFree(String op, String what, Tensor inner) {
        if (!inner.dtype().isComplex() || !(inner instanceof Dense)) {
            return; // inside a transform values can't be looked at
        }
        double turn = Matrices.diagonal(inner.detach()).imag().abs().sum().item();
        double scale = inner.detach().abs().sum().item();
        double tolerance = inner.dtype() == DType.COMPLEX64 ? 1e-2 : 1e-4;
        if (turn > tolerance * Math.max(1, scale)) {
            throw CressetException.runtime(op + ": the " + what + " of a complex matrix are determined up to a phase"
                    + " e^(i phi) each, and the function depends on it, so that it has no gradient");
        }
    }

    /**
     * gA = U (diag(gS) + (skew(UᴴgU)/E) S + S (skew(VᴴgV)/E)) Vᴴ with E_ij = S_j² - S_i², and what lies outside of the spaces that
     * U and V span (Townsend 2016; Wan and Zhang 2019 for complex matrices).
     */
    @Override
    protected void vjp(Vjp v) {
        Tensor s = v.output(1);
        long k = s.size(-1);
        Tensor u = v.output(0).narrow(-1, 0, k);
        Tensor vh = v.output(2).narrow(-2, 0, k);
        boolean onlyValues = !v.hasGrad(0) && !v.hasGrad(2);
        if (onlyValues) {
            v.set(0, Matrices.scaleColumns(u, v.grad(1)).matmul(vh));
            return;
        }
        Tensor squares = s.mul(s);
        Tensor e = squares.unsqueeze(-2).sub(squares.unsqueeze(-1)).add(Tensor.eye(k, s.dtype()));
        Tensor x = Matrices.diagonalMatrix(v.grad(1)).to(u.dtype());
        Tensor ga = null;
        Tensor phases = null;
        if (v.hasGrad(0)) {
            Tensor g = v.grad(0).narrow(-1, 0, k);
            Tensor inner = Matrices.adjoint(u).matmul(g);
            x = x.add(Matrices.scaleColumns(Matrices.offDiagonal(skew(inner).div(e)), s));
            phases = inner;
            if (u.dtype().isComplex()) { // the phases of U and V turn together
                Tensor d = Matrices.diagonal(inner);
                x = x.add(Matrices.diagonalMatrix(d.sub(d.conj()).mul(0.5).div(s)));
            }
            if (u.size(-2) > k) {
                ga = g.sub(u.matmul(inner)).div(s.unsqueeze(-2)).matmul(vh);
            }
        }
        if (v.hasGrad(2)) {
            Tensor g = Matrices.adjoint(v.grad(2).narrow(-2, 0, k));
            Tensor inner = vh.matmul(g);
            x = x.add(Matrices.scaleRows(Matrices.offDiagonal(skew(inner).div(e)), s));
            phases = phases == null ? inner : phases.add(inner);
            if (vh.size(-1) > k) {
                Tensor outside = Matrices.adjoint(g.sub(Matrices.adjoint(vh).matmul(inner)));
                Tensor t = u.div(s.unsqueeze(-2)).matmul(outside);
                ga = ga == null ? t : ga.add(t);
            }
        }
        if (phases != null) {
            expectPhaseFree("linalg.svd", "singular vectors", phases);
        }
        Tensor inside = u.matmul(x).matmul(vh);
        v.set(0, ga == null ? inside : inside.add(ga));
    }

    private static Tensor skew(Tensor a) {
        return a.sub(Matrices.adjoint(a));
    }
}
