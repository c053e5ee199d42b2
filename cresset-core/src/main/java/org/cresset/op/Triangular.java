package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The solution X of AX = B or XA = B, of A only a triangle being read. Inputs A (..., n, n) and B (..., m, k). */
public final class Triangular extends Linalg {
    private static final Triangular OP = new Triangular();

    /** Which triangle, which side, and whether the diagonal counts as ones. */
    record Attrs(boolean upper, boolean left, boolean unit) {}

    private Triangular() {
        super("linalg.solve_triangular", Saves.INPUTS);
    }

    /** The solution; batch dimensions must agree. */
    public static Tensor solve(Tensor a, Tensor b, boolean upper, boolean left, boolean unit) {
        return OP.on(new Attrs(upper, left, unit), a, b);
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        boolean left = ((Attrs) attrs).left;
        expectSquare(name(), in[0]);
        expectMatrices(name(), in[1]);
        expectSameType(name(), in[0], in[1]);
        if (in[0].size(-1) != in[1].size(left ? -2 : -1)) {
            throw CressetException.runtime(name() + ": A is " + in[0].dtype() + in[0].shape() + ", B "
                    + in[1].dtype() + in[1].shape() + "; expected " + in[0].size(-1) + (left ? " rows" : " columns")
                    + " in B");
        }
        return spec(in[1].shape(), in[1].dtype());
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Attrs t = (Attrs) attrs;
        Lapack l = Providers.lapack(name());
        Dense x = out[0];
        Pointwise.copy(in[1], x);
        if (x.numel() == 0) {
            return;
        }
        Dense a = columnsOf(in[0]);
        int m = size(x, -2);
        int k = size(x, -1);
        int n = size(a, -1);
        long count = count(x);
        each(
                count,
                (double) n * m * k,
                null,
                i -> {
                    l.trsm(
                            a.dtype(),
                            t.left,
                            t.upper,
                            Lapack.Form.PLAIN,
                            t.unit,
                            m,
                            k,
                            address(a, i, count),
                            ld(n),
                            address(x, i, count),
                            ld(m));
                    return 0;
                },
                a,
                x);
    }

    @Override
    public boolean savesOutputs() {
        return true;
    }

    @Override
    protected void vjp(Vjp v) {
        Attrs t = (Attrs) v.attrs();
        Tensor gb = solve(Matrices.adjoint(v.input(0)), v.grad(), !t.upper, t.left, t.unit);
        v.set(1, gb);
        if (v.needs(0)) {
            Tensor x = Matrices.adjoint(v.output(0));
            Tensor ga = (t.left ? gb.matmul(x) : x.matmul(gb)).neg();
            int k = t.unit ? 1 : 0;
            v.set(0, t.upper ? ga.triu(k) : ga.tril(-k));
        }
    }
}
