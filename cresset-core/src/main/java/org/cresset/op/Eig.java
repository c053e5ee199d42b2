package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Complex eigenvalues and, unless only those are wanted, eigenvectors of norm 1 of general square matrices. */
public final class Eig extends Linalg {
    private static final Eig OP = new Eig();

    /** Whether there are vectors; the name to fail in. */
    record Attrs(boolean vectors, String op) {}

    private Eig() {
        super("linalg.eig", Saves.ALL);
    }

    /** Eigenvalues and eigenvectors. */
    public static Tensor[] decompose(Tensor a) {
        return OP.all(new Attrs(true, "linalg.eig"), a);
    }

    /** The eigenvalues; the vectors too where the derivative will need them. */
    public static Tensor values(Tensor a) {
        return OP.all(new Attrs(derivativePossible(a), "linalg.eigvals"), a)[0];
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Attrs t = (Attrs) attrs;
        expectSquare(t.op, in[0]);
        DType c = in[0].dtype().complex();
        Spec w = new Spec(shape(in[0], 1), c);
        return t.vectors ? new Spec[] {w, new Spec(in[0].shape(), c)} : new Spec[] {w};
    }

    @Override
    public boolean savesInput(int i, boolean[] needs) {
        return false;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(t.op);
        Dense a = columnsOf(in[0]);
        int n = size(a, -1);
        long count = count(a);
        if (n == 0 || count == 0) {
            return;
        }
        boolean complex = a.dtype().isComplex();
        // For real matrices the results come in pieces: parts of the eigenvalues, and vectors of pairs in two columns.
        Dense w = complex ? out[0] : Dense.empty(shape(a, 2, 2L * n), a.dtype());
        Dense v = complex && t.vectors ? out[1] : columns(t.vectors ? a.shape() : shape(a, 2, 1, 1), a.dtype());
        Dense infos = Svd.infos(count);
        each(
                count,
                25.0 * n * n * n,
                infos,
                i -> l.geev(
                        a.dtype(),
                        t.vectors,
                        n,
                        address(a, i, count),
                        ld(n),
                        address(w, i, count),
                        address(v, i, count),
                        ld(n)),
                a,
                w,
                v);
        Svd.checkConverged(t.op, in[0], infos);
        if (!complex) {
            for (long b = 0; b < count; b++) {
                assemble(b, n, w, v, out[0], t.vectors ? out[1] : null);
            }
        }
    }

    private static void assemble(long b, int n, Dense w, Dense v, Dense values, @Nullable Dense vectors) {
        DType t = w.dtype();
        int size = t.size();
        long wo = w.byteOffset() + b * 2 * n * size;
        for (int j = 0; j < n; j++) {
            double im = Convert.readDouble(t, w.segment(), wo + (long) (n + j) * size);
            long to = values.byteOffset() + (b * n + j) * 2 * size;
            Convert.writeDouble(t, values.segment(), to, Convert.readDouble(t, w.segment(), wo + (long) j * size));
            Convert.writeDouble(t, values.segment(), to + size, im);
            if (vectors == null) {
                continue;
            }
            // A pair begins with the positive imaginary part; its second vector is the conjugate of the first.
            int first = im < 0 ? j - 1 : j;
            for (int i = 0; i < n; i++) {
                long vo = v.byteOffset() + ((b * n + first) * n + i) * size;
                double re = Convert.readDouble(t, v.segment(), vo);
                double part = im == 0 ? 0 : Convert.readDouble(t, v.segment(), vo + (long) n * size);
                long at = vectors.byteOffset() + ((b * n + j) * n + i) * 2 * size;
                Convert.writeDouble(t, vectors.segment(), at, re);
                Convert.writeDouble(t, vectors.segment(), at + size, im < 0 ? -part : part);
            }
        }
    }

    /** gA = V⁻ᴴ (diag(gw) + (VᴴgV - VᴴV diag(Re(VᴴgV))) / conj(E)) Vᴴ with E_ij = w_j - w_i (Boeddeker et al. 2019). */
    @Override
    protected void vjp(Vjp v) {
        Tensor w = v.output(0);
        Tensor vectors = v.output(1);
        Tensor vh = Matrices.adjoint(vectors);
        Tensor x = null;
        if (v.hasGrad(1)) {
            Tensor inner = vh.matmul(v.grad(1));
            Svd.expectPhaseFree("linalg.eig", "eigenvectors", inner);
            Tensor along = Matrices.realPart(Matrices.diagonal(inner));
            Tensor e = w.unsqueeze(-2).sub(w.unsqueeze(-1)).conj().add(Tensor.eye(w.size(-1), w.dtype()));
            x = Matrices.offDiagonal(
                    inner.sub(Matrices.scaleColumns(vh.matmul(vectors), along)).div(e));
        }
        if (v.hasGrad(0)) {
            Tensor d = Matrices.diagonalMatrix(v.grad(0));
            x = x == null ? d : x.add(d);
        }
        if (x != null) {
            v.set(0, Solve.solve(vh, x.matmul(vh), null)[0]);
        }
    }
}
