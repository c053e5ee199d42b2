package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The Cholesky factor of a triangle of Hermitian matrices, and LAPACK's info (0: positive definite). */
public final class Cholesky extends Linalg {
    private static final Cholesky OP = new Cholesky();

    /** Which triangle is read and given, and whether a matrix that isn't positive definite is an error. */
    record Attrs(boolean upper, @Nullable String checked) {}

    private Cholesky() {
        super("linalg.cholesky", Saves.OUTPUTS);
    }

    /** The factor and info; an exception in the name of {@code checked}, if not null, for what isn't positive definite. */
    public static Tensor[] factor(Tensor a, boolean upper, @Nullable String checked) {
        return OP.all(new Attrs(upper, checked), a);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectSquare(name(), in[0]);
        return new Spec[] {new Spec(in[0].shape(), in[0].dtype()), new Spec(shape(in[0], 2), DType.INT32)};
    }

    @Override
    public boolean differentiable(int output) {
        return output == 0;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(name());
        Dense a = in[0];
        Pointwise.copy(a, out[0]);
        int n = size(a, -1);
        long count = count(a);
        each(
                count,
                (double) n * n * n / 3,
                out[1],
                i -> {
                    int info = n == 0 ? 0 : l.potrf(a.dtype(), t.upper, n, address(out[0], i, count), ld(n));
                    clearTriangle(out[0], i * n * n, n, t.upper);
                    return info;
                },
                out);
        check(
                t.checked,
                a,
                out[1],
                info -> "the matrix is not positive definite: its leading minor of order " + info + " is not");
    }

    /** Zeros below ({@code upper}) or above the diagonal of a matrix that lies column by column. */
    static void clearTriangle(Dense t, long first, int n, boolean upper) {
        long size = t.dtype().size();
        for (int j = 0; j < n; j++) {
            int from = upper ? j + 1 : 0;
            int to = upper ? n : j;
            t.segment()
                    .asSlice(t.byteOffset() + (first + (long) j * n + from) * size, (to - from) * size)
                    .fill((byte) 0);
        }
    }

    /** Murray 2016: gA = L⁻ᴴ Φ(Lᴴ gL) L⁻¹ made Hermitian, where Φ takes the lower triangle and half of the diagonal. */
    @Override
    protected void vjp(Vjp v) {
        boolean upper = ((Attrs) v.attrs()).upper;
        Tensor lh = upper ? v.output(0) : Matrices.adjoint(v.output(0));
        Tensor gl = upper ? Matrices.adjoint(v.grad()) : v.grad();
        Tensor phi = Matrices.hermitian(Matrices.halfDiagonal(lh.matmul(gl).tril(0)));
        Tensor left = Triangular.solve(lh, phi, true, true, false);
        v.set(0, Triangular.solve(Matrices.adjoint(lh), left, false, false, false));
    }
}
