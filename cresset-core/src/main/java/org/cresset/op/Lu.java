package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** LU with partial pivoting: L (without its ones) and U in one matrix, LAPACK's pivots (int32, from 1), and info (0: no zero pivot). */
public final class Lu extends Linalg {
    private static final Lu OP = new Lu();

    /** In whose name a zero pivot is an error; null: it isn't. */
    record Attrs(@Nullable String checked) {}

    private Lu() {
        super("linalg.lu_factor", Saves.OUTPUTS);
    }

    /** LU, pivots and info; an exception in the name of {@code checked}, if not null, for a zero pivot. */
    public static Tensor[] factor(Tensor a, @Nullable String checked) {
        return OP.all(new Attrs(checked), a);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectMatrices(name(), in[0]);
        long k = Math.min(in[0].size(-1), in[0].size(-2));
        return new Spec[] {
            new Spec(in[0].shape(), in[0].dtype()),
            new Spec(shape(in[0], 2, k), DType.INT32),
            new Spec(shape(in[0], 2), DType.INT32)
        };
    }

    @Override
    public boolean differentiable(int output) {
        return output == 0;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        factor(Providers.lapack(name()), in[0], out[0], out[1], out[2]);
        check(
                ((Attrs) attrs).checked,
                in[0],
                out[2],
                info -> "U[" + info + "," + info + "] is zero, and using it with lu_solve would be a division by zero");
    }

    /** Factors a batch into column-wise memory. */
    static void factor(Lapack l, Dense a, Dense lu, Dense pivots, Dense infos) {
        Pointwise.copy(a, lu);
        int m = size(a, -2);
        int n = size(a, -1);
        long count = count(a);
        each(
                count,
                (double) m * n * Math.min(m, n),
                infos,
                i -> m == 0 || n == 0
                        ? 0
                        : l.getrf(a.dtype(), m, n, address(lu, i, count), ld(m), address(pivots, i, count)),
                lu,
                pivots);
    }

    /**
     * With A = PLU and both gradients known: for square matrices gA = P L⁻ᴴ (tril(Lᴴ gL, -1) + triu(gU Uᴴ)) U⁻ᴴ. A wide matrix
     * [A1 A2] has U = [U1 U2] with U2 = L⁻¹Pᵀ A2, a tall one L = [L1; L2] with L2 = A2 U⁻¹ after permutation; what flows through
     * these parts joins the square problem's gradients.
     */
    @Override
    protected void vjp(Vjp v) {
        Tensor lu = v.output(0);
        Tensor g = v.grad();
        long m = lu.size(-2);
        long n = lu.size(-1);
        long k = Math.min(m, n);
        Tensor square = lu.narrow(-2, 0, k).narrow(-1, 0, k);
        Tensor squareAdjoint = Matrices.adjoint(square);
        Tensor gs = g.narrow(-2, 0, k).narrow(-1, 0, k);
        Tensor lower = square.tril(-1).add(Tensor.eye(k, lu.dtype()));
        Tensor upper = square.triu(0);
        Tensor x = Matrices.adjoint(lower).matmul(gs.tril(-1)).tril(-1);
        Tensor y = gs.triu(0).matmul(Matrices.adjoint(upper)).triu(0);
        Tensor result;
        if (m == n) {
            result = finish(squareAdjoint, x.add(y));
        } else if (m < n) {
            // The gradient by A2 is L⁻ᴴ gU2; through L it takes gU2 U2ᴴ from the strict lower triangle.
            Tensor u2 = lu.narrow(-1, k, n - k);
            Tensor g2 = g.narrow(-1, k, n - k);
            x = x.sub(g2.matmul(Matrices.adjoint(u2)).tril(-1));
            Tensor right = Triangular.solve(squareAdjoint, g2, true, true, true);
            result = Tensor.cat(-1, finish(squareAdjoint, x.add(y)), right);
        } else {
            Tensor l2 = lu.narrow(-2, k, m - k);
            Tensor g2 = g.narrow(-2, k, m - k);
            y = y.sub(Matrices.adjoint(l2).matmul(g2).triu(0));
            Tensor below = Triangular.solve(squareAdjoint, g2, false, false, false);
            result = Tensor.cat(-2, finish(squareAdjoint, x.add(y)), below);
        }
        v.set(0, Pivots.permute(result, v.output(1), false));
    }

    /** L⁻ᴴ z U⁻ᴴ. */
    private static Tensor finish(Tensor squareAdjoint, Tensor z) {
        Tensor left = Triangular.solve(squareAdjoint, z, true, true, true);
        return Triangular.solve(squareAdjoint, left, false, false, false);
    }
}
