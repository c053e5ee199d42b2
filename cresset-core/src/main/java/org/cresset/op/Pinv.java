package org.cresset.op;

import org.cresset.autograd.Autograd;
import org.cresset.autograd.Vjp;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The pseudo-inverse of matrices A (..., m, n), by singular values or, for Hermitian ones, eigenvalues. Those not greater than
 * max(atol, rtol * the greatest) count as 0; the two come as inputs of the batch's shape.
 */
public final class Pinv extends Linalg {
    private static final Pinv OP = new Pinv();

    /** Whether the matrices are taken for Hermitian. */
    record Attrs(boolean hermitian) {}

    private Pinv() {
        super("linalg.pinv", Saves.ALL);
    }

    /** The pseudo-inverse; the tolerances must be expandable to the batch dimensions. */
    public static Tensor pinv(Tensor a, Tensor atol, Tensor rtol, boolean hermitian) {
        if (hermitian) {
            expectSquare("linalg.pinv", a);
        } else {
            expectMatrices("linalg.pinv", a);
        }
        long[] batch = shape(a, 2).toArray();
        return OP.on(
                new Attrs(hermitian),
                a,
                atol.to(a.dtype().real()).expand(batch),
                rtol.to(a.dtype().real()).expand(batch));
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(shape(in[0], 2, in[0].size(-1), in[0].size(-2)), in[0].dtype());
    }

    @Override
    protected boolean matrices(int output, Spec[] specs, Tensor first) {
        return true;
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        if (out[0].numel() == 0) {
            return;
        }
        Tensor y = Autograd.noGrad(() -> {
            Tensor a = in[0].detach();
            Tensor left;
            Tensor values;
            Tensor right;
            if (((Attrs) attrs).hermitian) {
                Tensor[] e = Eigh.decompose(a, false);
                values = e[0];
                left = e[1];
                right = Matrices.adjoint(e[1]);
            } else {
                Tensor[] svd = Svd.decompose(a, false);
                values = svd[1];
                left = Matrices.adjoint(svd[2]);
                right = Matrices.adjoint(svd[0]);
            }
            Tensor moduli = values.abs();
            Tensor cutoff = in[1].maximum(in[2].mul(moduli.amax(new long[] {-1}, false)));
            Tensor keep = moduli.gt(cutoff.unsqueeze(-1));
            Tensor inverse = Tensor.where(keep, values.reciprocal(), values.zerosLike());
            return Matrices.scaleColumns(left, inverse).matmul(right);
        });
        Pointwise.copy((Dense) y, out[0]);
    }

    /**
     * Golub and Pereyra 1973: d(A⁺) = -A⁺ dA A⁺ + A⁺A⁺ᴴ dAᴴ (I - AA⁺) + (I - A⁺A) dAᴴ A⁺ᴴA⁺, of constant rank. The adjoint of
     * that map, applied to the gradient.
     */
    @Override
    protected void vjp(Vjp v) {
        Tensor a = v.input(0);
        Tensor p = v.output(0);
        Tensor ph = Matrices.adjoint(p);
        Tensor g = v.grad();
        Tensor gh = Matrices.adjoint(g);
        Tensor first = ph.matmul(g).matmul(ph).neg();
        Tensor k = gh.matmul(p);
        Tensor second = k.sub(a.matmul(p.matmul(k))).matmul(ph);
        Tensor l = p.matmul(gh);
        Tensor third = ph.matmul(l.sub(l.matmul(p).matmul(a)));
        v.set(0, first.add(second).add(third));
    }
}
