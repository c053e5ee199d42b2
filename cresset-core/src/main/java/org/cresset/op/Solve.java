package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The solution X of AX = B by LU; inputs A (..., n, n) and B (..., n, k). Gives X, LU, pivots and info. */
public final class Solve extends Linalg {
    private static final Solve OP = new Solve();

    /** In whose name a singular matrix is an error; null: it isn't. */
    record Attrs(@Nullable String checked) {}

    private Solve() {
        super("linalg.solve", Saves.ALL);
    }

    /** Solution, LU, pivots and info; batch dimensions must agree. */
    public static Tensor[] solve(Tensor a, Tensor b, @Nullable String checked) {
        return OP.all(new Attrs(checked), a, b);
    }

    /** The solution of LUX = PᵀB or, if {@code adjoint}, of the same with the adjoint of A. */
    public static Tensor withFactors(Tensor lu, Tensor pivots, Tensor b, boolean adjoint) {
        if (!adjoint) {
            Tensor y = Triangular.solve(lu, Pivots.permute(b, pivots, true), false, true, true);
            return Triangular.solve(lu, y, true, true, false);
        }
        Tensor h = Matrices.adjoint(lu);
        Tensor y = Triangular.solve(h, b, false, true, false);
        return Pivots.permute(Triangular.solve(h, y, true, true, true), pivots, false);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectSquare(name(), in[0]);
        expectMatrices(name(), in[1]);
        expectSameType(name(), in[0], in[1]);
        if (in[0].size(-1) != in[1].size(-2)) {
            throw CressetException.runtime(name() + ": A is " + in[0].dtype() + in[0].shape() + ", B " + in[1].dtype()
                    + in[1].shape() + "; expected " + in[0].size(-1) + " rows in B");
        }
        return new Spec[] {
            new Spec(in[1].shape(), in[1].dtype()),
            new Spec(in[0].shape(), in[0].dtype()),
            new Spec(shape(in[0], 1), DType.INT32),
            new Spec(shape(in[0], 2), DType.INT32)
        };
    }

    @Override
    public boolean differentiable(int output) {
        return output == 0;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Lapack l = Providers.lapack(name());
        Dense lu = out[1];
        Lu.factor(l, in[0], lu, out[2], out[3]);
        check(
                ((Attrs) attrs).checked,
                in[0],
                out[3],
                info -> "the matrix is singular: U[" + info + "," + info + "] of its LU factorization is zero");
        Dense x = out[0];
        if (x.numel() == 0) {
            return;
        }
        Pointwise.copy((Dense) Pivots.permute(in[1].detach(), out[2], true), x);
        int n = size(lu, -1);
        int k = size(x, -1);
        long count = count(x);
        each(
                count,
                (double) n * n * k,
                null,
                i -> {
                    long a = address(lu, i, count);
                    long b = address(x, i, count);
                    l.trsm(x.dtype(), true, false, Lapack.Form.PLAIN, true, n, k, a, ld(n), b, ld(n));
                    l.trsm(x.dtype(), true, true, Lapack.Form.PLAIN, false, n, k, a, ld(n), b, ld(n));
                    return 0;
                },
                out);
    }

    /** gB = A⁻ᴴ gX and gA = -gB Xᴴ; by the factors at hand unless derivatives of the result are to come. */
    @Override
    protected void vjp(Vjp v) {
        Tensor gb = Fused.plainBackward()
                ? withFactors(v.output(1), v.output(2), v.grad(), true)
                : solve(Matrices.adjoint(v.input(0)), v.grad(), null)[0];
        v.set(1, gb);
        if (v.needs(0)) {
            v.set(0, gb.matmul(Matrices.adjoint(v.output(0))).neg());
        }
    }
}
