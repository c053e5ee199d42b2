package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The solution X of LLᴴX = B (UᴴUX = B), inputs B (..., n, k) and the factor (..., n, n), of which a triangle is read. */
public final class CholeskySolve extends Linalg {
    private static final CholeskySolve OP = new CholeskySolve();

    /** Which triangle the factor is. */
    record Attrs(boolean upper) {}

    private CholeskySolve() {
        super("cholesky_solve", Saves.ALL);
    }

    /** The solution; batch dimensions must agree. */
    public static Tensor solve(Tensor b, Tensor factor, boolean upper) {
        return OP.on(new Attrs(upper), b, factor);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        expectSquare(name(), in[1]);
        expectMatrices(name(), in[0]);
        expectSameType(name(), in[0], in[1]);
        if (in[1].size(-1) != in[0].size(-2)) {
            throw CressetException.runtime(name() + ": B is " + in[0].dtype() + in[0].shape() + ", the factor "
                    + in[1].dtype() + in[1].shape() + "; expected " + in[1].size(-1) + " rows in B");
        }
        return spec(in[0].shape(), in[0].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        boolean upper = ((Attrs) attrs).upper;
        Lapack l = Providers.lapack(name());
        Dense x = out[0];
        Pointwise.copy(in[0], x);
        if (x.numel() == 0) {
            return;
        }
        Dense f = columnsOf(in[1]);
        int n = size(f, -1);
        int k = size(x, -1);
        long count = count(x);
        Lapack.Form first = upper ? Lapack.Form.ADJOINT : Lapack.Form.PLAIN;
        Lapack.Form second = upper ? Lapack.Form.PLAIN : Lapack.Form.ADJOINT;
        each(
                count,
                2.0 * n * n * k,
                null,
                i -> {
                    long a = address(f, i, count);
                    long b = address(x, i, count);
                    l.trsm(x.dtype(), true, upper, first, false, n, k, a, n, b, n);
                    l.trsm(x.dtype(), true, upper, second, false, n, k, a, n, b, n);
                    return 0;
                },
                f,
                x);
    }

    /** gB = A⁻¹gX; with C = gB Xᴴ made Hermitian, gL = -2CL or gU = -2UC, of which the factor's triangle means something. */
    @Override
    protected void vjp(Vjp v) {
        boolean upper = ((Attrs) v.attrs()).upper;
        Tensor f = v.input(1);
        Tensor gb = on(v.attrs(), v.grad(), f);
        v.set(0, gb);
        if (v.needs(1)) {
            Tensor c = gb.matmul(Matrices.adjoint(v.output(0)));
            c = c.add(Matrices.adjoint(c)).neg();
            v.set(1, upper ? f.matmul(c) : c.matmul(f));
        }
    }
}
