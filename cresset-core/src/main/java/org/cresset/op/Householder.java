package org.cresset.op;

import org.cresset.base.CressetException;
import org.cresset.base.Device;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Products of reflections H_i = I - tau_i v_i v_iᴴ as geqrf leaves them: v_i is 0 above the diagonal, 1 on it and column i of A
 * below. Inputs A (..., m, n), tau (..., k) and perhaps C, which is multiplied by the product; without C the first n columns of
 * the product itself.
 */
public abstract sealed class Householder extends Fused {
    private static final class Product extends Householder {
        private static final Product OP = new Product();

        private Product() {
            super("linalg.householder_product");
        }
    }

    private static final class Apply extends Householder {
        private static final Apply OP = new Apply();

        private Apply() {
            super("ormqr");
        }
    }

    /** For C: from the left or the right, by the product or its adjoint. */
    record Side(boolean left, boolean adjoint) {}

    private Householder(String name) {
        super(name, Saves.INPUTS);
    }

    /** The first n columns of H_1 ... H_k. */
    public static Tensor product(Tensor a, Tensor tau) {
        return Product.OP.on(new Side(true, false), a, tau);
    }

    /** QC, CQ, QᴴC or CQᴴ, where Q = H_1 ... H_k. */
    public static Tensor apply(Tensor a, Tensor tau, Tensor c, boolean left, boolean adjoint) {
        return Apply.OP.on(new Side(left, adjoint), a, tau, c);
    }

    @Override
    public Precision precision(Object attrs) {
        return Precision.FULL;
    }

    @Override
    protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        Tensor tau = in[1];
        Linalg.expectMatrices(name(), a);
        Linalg.expectSameType(name(), a, tau);
        boolean product = in.length < 3;
        if (product && a.size(-2) < a.size(-1)) {
            throw misfit("expected at least as many rows as columns", in);
        }
        if (tau.dim() != a.dim() - 1 || !tau.shape().equals(Linalg.shape(a, 2, tau.size(-1)))) {
            throw misfit("expected the input's batch dimensions in tau, and one more", in);
        }
        if (tau.size(-1) > Math.min(a.size(-1), a.size(-2))) {
            throw misfit("expected at most as many numbers in tau as columns in the input", in);
        }
        if (product) {
            return spec(a.shape(), a.dtype());
        }
        Tensor c = in[2];
        Linalg.expectMatrices(name(), c);
        Linalg.expectSameType(name(), a, c);
        if (!Linalg.shape(c, 2).equals(Linalg.shape(a, 2))) {
            throw misfit("expected the same batch dimensions everywhere", in);
        }
        if (c.size(((Side) attrs).left ? -2 : -1) != a.size(-2)) {
            throw misfit(
                    "expected the matrix to be multiplied to have " + a.size(-2)
                            + (((Side) attrs).left ? " rows" : " columns"),
                    in);
        }
        return spec(c.shape(), c.dtype());
    }

    private CressetException misfit(String what, @Nullable Tensor[] in) {
        StringBuilder b = new StringBuilder(name()).append(": operands are");
        for (Tensor t : in) {
            b.append(' ').append(t.dtype()).append(t.shape());
        }
        return CressetException.runtime(b.append("; ").append(what).toString());
    }

    @Override
    protected Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        return device == Device.META
                ? super.allocate(attrs, in, specs, device)
                : new Dense[] {Linalg.columns(specs[0].shape(), specs[0].dtype())};
    }

    @Override
    protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        Lapack l = Providers.lapack(name());
        Dense c = out[0];
        boolean product = in.length < 3;
        Pointwise.copy(product ? in[0] : in[2], c);
        if (c.numel() == 0) {
            return;
        }
        Side side = (Side) attrs;
        Dense a = product ? c : Linalg.columnsOf(in[0]);
        Dense tau = (Dense) in[1].detach().contiguous();
        int rows = Linalg.size(in[0], -2);
        int m = Linalg.size(c, -2);
        int n = Linalg.size(c, -1);
        int k = Linalg.size(tau, -1);
        long count = Linalg.count(c);
        if (k == 0) {
            if (product) {
                Pointwise.copy(
                        (Dense) Tensor.eye(m, c.dtype())
                                .narrow(1, 0, n)
                                .expand(c.shape().toArray()),
                        c);
            }
            return;
        }
        Linalg.each(
                count,
                2.0 * m * n * k,
                null,
                i -> product
                        ? l.orgqr(c.dtype(), m, n, k, Linalg.address(c, i, count), m, Linalg.address(tau, i, count))
                        : l.ormqr(
                                c.dtype(),
                                side.left,
                                side.adjoint,
                                m,
                                n,
                                k,
                                Linalg.address(a, i, count),
                                rows,
                                Linalg.address(tau, i, count),
                                Linalg.address(c, i, count),
                                m),
                a,
                tau,
                c);
    }

    /** One reflection after the other. */
    @Override
    protected Tensor[] decompose(Object attrs, @Nullable Tensor[] in) {
        Tensor a = in[0];
        Tensor tau = in[1];
        Side side = (Side) attrs;
        long m = a.size(-2);
        int k = Math.toIntExact(tau.size(-1));
        Tensor c = in.length > 2
                ? in[2]
                : Tensor.eye(m, a.dtype())
                        .narrow(1, 0, a.size(-1))
                        .expand(a.shape().toArray());
        Tensor lower = a.tril(-1)
                .add(Tensor.eye(Math.max(m, a.size(-1)), a.dtype())
                        .narrow(0, 0, m)
                        .narrow(1, 0, a.size(-1)));
        // Q C = H_1 (H_2 (... C)), C Q = (C H_1) H_2 ...; the adjoint has them in the opposite order.
        boolean lastFirst = side.left != side.adjoint;
        for (int step = 0; step < k; step++) {
            int i = lastFirst ? k - 1 - step : step;
            Tensor v = lower.narrow(-1, i, 1);
            Tensor t = tau.narrow(-1, i, 1).unsqueeze(-1);
            t = side.adjoint ? t.conj() : t;
            Tensor vh = Matrices.adjoint(v);
            c = side.left
                    ? c.sub(v.matmul(vh.matmul(c)).mul(t))
                    : c.sub(c.matmul(v).matmul(vh).mul(t));
        }
        return new Tensor[] {c};
    }
}
