package org.cresset.op;

import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.spi.Lapack;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** LDLᵀ or LDLᴴ of symmetric or Hermitian matrices in LAPACK's form, and solutions by it. Without derivative of the factors. */
public final class Ldl {
    private Ldl() {}

    /** Whether L's adjoint is meant and not its transpose; in whose name a singular D is an error. */
    record Attrs(boolean hermitian, @Nullable String checked) {}

    /** LD, pivots (int32) and info. */
    public static Tensor[] factor(Tensor a, boolean hermitian, @Nullable String checked) {
        return Factor.OP.all(new Attrs(hermitian, checked), a);
    }

    /** The solution for B; batch dimensions must agree. */
    public static Tensor solve(Tensor ld, Tensor pivots, Tensor b, boolean hermitian) {
        return SolveWith.OP.on(new Attrs(hermitian, null), ld, pivots, b);
    }

    private static final class Factor extends Linalg {
        private static final Factor OP = new Factor();

        private Factor() {
            super("linalg.ldl_factor", Saves.NOTHING);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            expectSquare(name(), in[0]);
            return new Spec[] {
                new Spec(in[0].shape(), in[0].dtype()),
                new Spec(shape(in[0], 1), DType.INT32),
                new Spec(shape(in[0], 2), DType.INT32)
            };
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Lapack l = Providers.lapack(name());
            Dense ld = out[0];
            Pointwise.copy((Dense) in[0].detach().tril(0), ld);
            int n = size(ld, -1);
            long count = count(ld);
            boolean hermitian = ((Attrs) attrs).hermitian;
            each(
                    count,
                    (double) n * n * n / 3,
                    out[2],
                    i -> n == 0
                            ? 0
                            : l.sytrf(ld.dtype(), hermitian, n, address(ld, i, count), n, address(out[1], i, count)),
                    out);
            check(
                    ((Attrs) attrs).checked,
                    in[0],
                    out[2],
                    info -> "D[" + info + "," + info + "] of the factorization is zero");
        }

        @Override
        protected void vjp(Vjp v) {
            throw CressetException.unsupported(name() + ": has no derivative; use linalg.solve or linalg.eigh");
        }
    }

    private static final class SolveWith extends Linalg {
        private static final SolveWith OP = new SolveWith();

        private SolveWith() {
            super("linalg.ldl_solve", Saves.INPUTS);
        }

        @Override
        protected Spec[] infer(Object attrs, @Nullable Tensor[] in) {
            expectSquare(name(), in[0]);
            expectMatrices(name(), in[2]);
            expectSameType(name(), in[0], in[2]);
            if (in[1].dtype() != DType.INT32 || !in[1].shape().equals(shape(in[0], 1))) {
                throw CressetException.runtime(name() + ": pivots are " + in[1].dtype() + in[1].shape()
                        + "; expected int32" + shape(in[0], 1) + " for LD of shape " + in[0].shape());
            }
            if (in[0].size(-1) != in[2].size(-2)) {
                throw CressetException.runtime(name() + ": LD is " + in[0].dtype() + in[0].shape() + ", B "
                        + in[2].dtype() + in[2].shape() + "; expected " + in[0].size(-1) + " rows in B");
            }
            return spec(in[2].shape(), in[2].dtype());
        }

        @Override
        protected void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
            Lapack l = Providers.lapack(name());
            Dense x = out[0];
            Pointwise.copy(in[2], x);
            if (x.numel() == 0) {
                return;
            }
            Dense ld = columnsOf(in[0]);
            Dense pivots = (Dense) in[1].contiguous();
            int n = size(ld, -1);
            int k = size(x, -1);
            long count = count(x);
            boolean hermitian = ((Attrs) attrs).hermitian;
            each(
                    count,
                    2.0 * n * n * k,
                    null,
                    i -> l.sytrs(
                            x.dtype(),
                            hermitian,
                            n,
                            k,
                            address(ld, i, count),
                            n,
                            address(pivots, i, count),
                            address(x, i, count),
                            n),
                    ld,
                    pivots,
                    x);
        }

        /** By B: the inverse of a Hermitian matrix is its own adjoint, that of a symmetric one conjugated. */
        @Override
        protected void vjp(Vjp v) {
            if (v.needs(0)) {
                throw CressetException.unsupported(
                        name() + ": has no derivative by the factors; detach them, or use linalg.solve");
            }
            boolean hermitian = ((Attrs) v.attrs()).hermitian;
            Tensor g = hermitian ? v.grad() : v.grad().conj();
            Tensor x = on(v.attrs(), v.input(0), v.input(1), g);
            v.set(2, hermitian ? x : x.conj());
        }
    }
}
