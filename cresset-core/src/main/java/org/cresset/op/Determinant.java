package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Determinants by LU: the determinant, or its sign and the logarithm of its modulus; and the factors, which serve the derivative. */
public abstract sealed class Determinant extends Linalg {
    private static final class Plain extends Determinant {
        private static final Plain OP = new Plain();

        private Plain() {
            super("linalg.det", false);
        }
    }

    private static final class SignAndLog extends Determinant {
        private static final SignAndLog OP = new SignAndLog();

        private SignAndLog() {
            super("linalg.slogdet", true);
        }
    }

    private final boolean log;

    private Determinant(String name, boolean log) {
        super(name, Saves.ALL);
        this.log = log;
    }

    /** The determinant. */
    public static Tensor det(Tensor a) {
        return Plain.OP.all(None.NONE, a)[0];
    }

    /** Sign (complex: of modulus 1) and logarithm of the modulus; 0 and minus infinity for a singular matrix. */
    public static Tensor[] signAndLog(Tensor a) {
        Tensor[] all = SignAndLog.OP.all(None.NONE, a);
        return new Tensor[] {all[0], all[1]};
    }

    private int values() {
        return log ? 2 : 1;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        expectSquare(name(), a);
        Shape batch = shape(a, 2);
        Spec lu = new Spec(a.shape(), a.dtype());
        Spec pivots = new Spec(shape(a, 1), DType.INT32);
        Spec value = new Spec(batch, a.dtype());
        return log ? new Spec[] {value, new Spec(batch, a.dtype().real()), lu, pivots} : new Spec[] {value, lu, pivots};
    }

    @Override
    public boolean differentiable(int output) {
        return output < values();
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Dense lu = out[values()];
        Dense pivots = out[values() + 1];
        Lu.factor(Providers.lapack(name()), in[0], lu, pivots, Dense.empty(shape(in[0], 2), DType.INT32));
        int n = size(lu, -1);
        long count = count(lu);
        DType t = lu.dtype().real();
        int parts = lu.dtype().isComplex() ? 2 : 1;
        for (long b = 0; b < count; b++) {
            double re = 1;
            double im = 0;
            double modulus = 0;
            for (int i = 0; i < n; i++) {
                long o = lu.byteOffset() + ((b * n + i) * n + i) * lu.dtype().size();
                double x = Convert.readDouble(t, lu.segment(), o);
                double y = parts == 2 ? Convert.readDouble(t, lu.segment(), o + t.size()) : 0;
                if (pivots.readLong(b * n + i) != i + 1) {
                    x = -x;
                    y = -y;
                }
                if (log) {
                    double r = parts == 2 ? Math.hypot(x, y) : Math.abs(x);
                    modulus += Math.log(r);
                    x = r == 0 ? 0 : x / r;
                    y = r == 0 ? 0 : y / r;
                }
                double p = re * x - im * y;
                im = re * y + im * x;
                re = p;
            }
            long at = out[0].byteOffset() + b * lu.dtype().size();
            Convert.writeDouble(t, out[0].segment(), at, re);
            if (parts == 2) {
                Convert.writeDouble(t, out[0].segment(), at + t.size(), im);
            }
            if (log) {
                Convert.writeDouble(t, out[1].segment(), out[1].byteOffset() + b * t.size(), modulus);
            }
        }
    }

    /**
     * Both are functions of tr(A⁻¹dA): gA = w A⁻ᴴ, where w = g conj(det), or g_log - i Im(conj(g_sign) sign). Where the matrix is
     * singular, zeros on U's diagonal are moved by an ulp, which gives the limit as long as the rank is n - 1.
     */
    @Override
    protected void vjp(Vjp v) {
        Tensor w;
        if (!log) {
            w = v.grad().mul(v.output(0).conj());
        } else {
            w = v.grad(1);
            if (v.input(0).dtype().isComplex()) {
                w = w.to(v.input(0).dtype());
                if (v.hasGrad(0)) {
                    Tensor turn = v.grad(0).conj().mul(v.output(0)).imag();
                    w = w.sub(turn.mul(Dense.wrappedComplex(0, 1)));
                }
            }
        }
        Tensor right = Matrices.identityLike(v.input(0)).mul(w.unsqueeze(-1).unsqueeze(-1));
        if (!Fused.plainBackward()) {
            v.set(0, Solve.solve(Matrices.adjoint(v.input(0)), right, null)[0]);
            return;
        }
        Tensor lu = v.output(values());
        if (!log) {
            Tensor d = Matrices.diagonal(lu);
            Tensor tiny = d.eq(0).to(lu.dtype()).mul(Tensor.number(lu.dtype().eps()));
            Tensor shifted = lu.add(Matrices.diagonalMatrix(tiny));
            // The determinant of what was shifted, so that the quotient below has its limit.
            Tensor det = Matrices.diagonal(shifted).prod(-1L, false, null).mul(sign(v));
            Tensor x = v.grad().mul(det.conj()).unsqueeze(-1).unsqueeze(-1);
            v.set(
                    0,
                    Solve.withFactors(
                            shifted, v.output(2), Matrices.identityLike(lu).mul(x), true));
            return;
        }
        v.set(0, Solve.withFactors(lu, v.output(values() + 1), right, true));
    }

    /** The sign of the permutation. */
    private Tensor sign(Vjp v) {
        Tensor pivots = v.output(values() + 1);
        Tensor moved = pivots.ne(Tensor.arange(1, pivots.size(-1) + 1, 1, DType.INT32));
        Tensor odd = moved.sum(new long[] {-1}, false).remainder(2);
        return odd.mul(-2).add(1).to(v.input(0).dtype());
    }
}
