package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** QR by Householder reflections: Q and R. */
public final class Qr extends Linalg {
    private static final Qr OP = new Qr();

    /** What is wanted of Q. */
    public enum Mode {
        /** min(m, n) columns. */
        REDUCED,
        /** All m columns. */
        COMPLETE,
        /** Nothing: Q is empty. */
        R
    }

    private Qr() {
        super("linalg.qr", Saves.OUTPUTS);
    }

    /** Q and R. */
    public static Tensor[] factor(Tensor a, Mode mode) {
        return OP.all(mode, a);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        expectMatrices(name(), a);
        long m = a.size(-2);
        long n = a.size(-1);
        long k = attrs == Mode.COMPLETE ? m : Math.min(m, n);
        Spec r = new Spec(shape(a, 2, k, n), a.dtype());
        Spec q = new Spec(attrs == Mode.R ? shape(a, a.dim(), 0) : shape(a, 2, m, k), a.dtype());
        return new Spec[] {q, r};
    }

    @Override
    public boolean differentiable(int output) {
        return true;
    }

    @Override
    protected boolean matrices(int output, Spec[] specs, Tensor first) {
        return specs[output].shape().rank() >= 2;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Lapack l = Providers.lapack(name());
        Dense a = columnsOf(in[0]);
        Dense q = out[0];
        Dense r = out[1];
        int m = size(a, -2);
        int n = size(a, -1);
        int k = Math.min(m, n);
        int columns = attrs == Mode.R ? 0 : size(q, -1);
        Dense tau = Dense.empty(shape(a, 2, k), a.dtype());
        long count = count(a);
        each(
                count,
                2.0 * m * n * k + 2.0 * m * columns * k,
                null,
                i -> {
                    if (k > 0) {
                        l.geqrf(a.dtype(), m, n, address(a, i, count), ld(m), address(tau, i, count));
                    }
                    return 0;
                },
                a,
                tau);
        Pointwise.copy((Dense) upperRows(a, Math.min(size(r, -2), m)), r);
        if (columns == 0 || m == 0 || count == 0) {
            return;
        }
        if (k == 0) {
            Pointwise.copy((Dense) Matrices.identityLike(q), q);
            return;
        }
        int from = Math.min(n, columns);
        Pointwise.copy((Dense) a.narrow(-1, 0, from), (Dense) q.narrow(-1, 0, from));
        each(
                count,
                2.0 * m * columns * k,
                null,
                i -> l.orgqr(a.dtype(), m, columns, k, address(q, i, count), ld(m), address(tau, i, count)),
                q,
                tau);
    }

    private static Tensor upperRows(Dense a, long rows) {
        return a.narrow(-2, 0, rows).triu(0);
    }

    /**
     * Differentiating A = QR with QᴴQ = I (Walter and Lehmann 2010; Roberts and Roberts 2020 for wide matrices). With
     * M = gR Rᴴ - QᴴgQ, for tall matrices gA = (gQ + Q sym(triu(M))) R⁻ᴴ, where sym completes a triangle to a Hermitian matrix;
     * for wide ones gA = Q (gR + [tril(Mᴴ - M) R₁⁻ᴴ, 0]), where R₁ is R's square part. Diagonals count half.
     */
    @Override
    protected void vjp(Vjp v) {
        Mode mode = (Mode) v.attrs();
        Tensor q = v.output(0);
        Tensor r = v.output(1);
        if (mode == Mode.R) {
            throw CressetException.runtime(
                    "linalg.qr: mode 'r' gives no Q, which the derivative needs; use 'reduced' or 'complete'");
        }
        long m = q.size(-2);
        long n = r.size(-1);
        if (mode == Mode.COMPLETE && m > n) {
            throw CressetException.runtime("linalg.qr: mode 'complete' has no derivative for tall matrices such as ("
                    + m + ", " + n + "), since the further columns of Q are not determined; use 'reduced'");
        }
        Tensor gq = v.hasGrad(0) ? v.grad(0) : null;
        Tensor gr = v.hasGrad(1) ? v.grad(1).triu(0) : null;
        Tensor x = null;
        if (gr != null) {
            x = gr.matmul(Matrices.adjoint(r));
        }
        if (gq != null) {
            Tensor y = Matrices.adjoint(q).matmul(gq);
            x = x == null ? y.neg() : x.sub(y);
        }
        if (x == null) {
            return;
        }
        if (m >= n) {
            Tensor t = x.triu(0);
            Tensor sym = t.add(Matrices.adjoint(t));
            Tensor ga = q.matmul(halfRealDiagonal(sym));
            ga = gq == null ? ga : gq.add(ga);
            v.set(0, Triangular.solve(Matrices.adjoint(r), ga, false, false, false));
            return;
        }
        Tensor square = r.narrow(-1, 0, m);
        Tensor skew = Matrices.halfDiagonal(Matrices.adjoint(x).sub(x).tril(0));
        Tensor first = Triangular.solve(Matrices.adjoint(square), skew, false, false, false);
        Tensor padded = Tensor.cat(-1, first, Tensor.zeros(shape(first, 1, n - m), first.dtype()));
        v.set(0, q.matmul(gr == null ? padded : padded.add(gr)));
    }

    /** With the real parts of the diagonal halved. */
    private static Tensor halfRealDiagonal(Tensor a) {
        Tensor d = Matrices.realPart(Matrices.diagonal(a)).mul(0.5);
        return a.sub(Matrices.diagonalMatrix(d));
    }
}
