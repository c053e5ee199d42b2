package org.cresset.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.cresset.base.DType;
import org.cresset.op.Matrices;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;

/** Factors multiply to what was factored, for any shape (also empty), batch, dtype and memory layout. */
class FactorizationProperties {
    /** Matrices for a test. */
    record Case(DType dtype, int batch, int m, int n, long seed, boolean transposed) {
        Tensor matrices(int rows, int columns) {
            Tensor.manualSeed(seed);
            long[] shape = batch < 0 ? new long[] {rows, columns} : new long[] {batch, rows, columns};
            if (transposed) {
                long last = shape[shape.length - 1];
                shape[shape.length - 1] = shape[shape.length - 2];
                shape[shape.length - 2] = last;
            }
            Tensor x = Tensor.randn(shape).to(dtype);
            if (dtype.isComplex()) {
                x = x.add(Tensor.randn(shape).mul(Dense.wrappedComplex(0, 1)).to(dtype));
            }
            return transposed ? x.transpose(-2, -1) : x;
        }

        double tolerance() {
            return 200 * Math.max(1, Math.max(m, n)) * dtype.eps();
        }

        void same(Tensor got, Tensor want) {
            assertThat(got.shape()).isEqualTo(want.shape());
            if (want.numel() > 0) {
                double scale = Math.max(1, want.abs().max().item());
                assertThat(got.sub(want).abs().max().item()).as(toString()).isLessThan(tolerance() * scale);
            }
        }

        void orthonormal(Tensor q) {
            if (q.size(-1) > 0) {
                Tensor gram = Matrices.adjoint(q).matmul(q);
                same(gram, Matrices.identityLike(gram));
            }
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(
                        Arbitraries.of(DType.FLOAT32, DType.FLOAT64, DType.COMPLEX64, DType.COMPLEX128),
                        Arbitraries.integers().between(-1, 3),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.integers().between(0, 6),
                        Arbitraries.longs().between(0, 1000),
                        Arbitraries.of(true, false))
                .as(Case::new);
    }

    @Property(tries = 150)
    void svd(@ForAll("cases") Case c) {
        Tensor a = c.matrices(c.m, c.n);
        for (boolean full : new boolean[] {true, false}) {
            Tensor[] f = Linalg.svd(a, full);
            long k = Math.min(c.m, c.n);
            Tensor u = f[0].narrow(-1, 0, k);
            c.same(Matrices.scaleColumns(u, f[1]).matmul(f[2].narrow(-2, 0, k)), a);
            c.orthonormal(f[0]);
            c.orthonormal(Matrices.adjoint(f[2]));
            c.same(Linalg.svdvals(a), f[1]);
        }
    }

    @Property(tries = 150)
    void qr(@ForAll("cases") Case c) {
        Tensor a = c.matrices(c.m, c.n);
        for (String mode : new String[] {"reduced", "complete"}) {
            Tensor[] f = Linalg.qr(a, mode);
            c.same(f[0].matmul(f[1]), a);
            c.orthonormal(f[0]);
            c.same(f[1].triu(0), f[1]);
        }
        Tensor[] packed = a.geqrf();
        if (c.m >= c.n) {
            c.same(Linalg.householderProduct(packed[0], packed[1]), Linalg.qr(a)[0]);
        }
        Tensor q = Linalg.qr(a, "complete")[0];
        c.same(packed[0].ormqr(packed[1], a, true, true), Matrices.adjoint(q).matmul(a));
    }

    @Property(tries = 150)
    void lu(@ForAll("cases") Case c) {
        Tensor a = c.matrices(c.m, c.n);
        Tensor[] f = Linalg.lu(a, true);
        c.same(f[0].matmul(f[1]).matmul(f[2]), a);
        c.same(f[1].triu(1), f[1].zerosLike());
        c.same(f[2].tril(-1), f[2].zerosLike());
    }

    @Property(tries = 150)
    void squareOnes(@ForAll("cases") Case c) {
        Tensor a = c.matrices(c.n, c.n);
        Tensor one = Matrices.identityLike(a);
        Tensor good = a.add(one.mul(20)); // well-conditioned
        c.same(Linalg.inv(good).matmul(good), one);
        Tensor b = c.matrices(c.n, c.m);
        c.same(good.matmul(Linalg.solve(good, b)), b);
        Tensor[] lu = Linalg.luFactor(good, true);
        c.same(Matrices.adjoint(good).matmul(Linalg.luSolve(lu[0], lu[1], b, true, true)), b);
        Tensor h = Matrices.hermitian(a);
        Tensor[] e = Linalg.eigh(h);
        c.same(Matrices.scaleColumns(e[1], e[0]).matmul(Matrices.adjoint(e[1])), h);
        c.same(Linalg.eigvalsh(h, "U"), e[0]);
        Tensor p = a.matmul(Matrices.adjoint(a)).add(one);
        Tensor l = Linalg.cholesky(p);
        c.same(l.matmul(Matrices.adjoint(l)), p);
        c.same(Linalg.cholesky(p, true), Matrices.adjoint(l));
        c.same(p.matmul(b.choleskySolve(l, false)), b);
        Tensor hermitian = h.add(one.mul(20));
        Tensor[] ldl = Linalg.ldlFactor(hermitian, true);
        c.same(hermitian.matmul(Linalg.ldlSolve(ldl[0], ldl[1], b, true)), b);
        Tensor[] w = Linalg.eig(good);
        c.same(good.to(w[1].dtype()).matmul(w[1]), Matrices.scaleColumns(w[1], w[0]));
    }

    @Property(tries = 100)
    void pseudoInverseAndLeastSquares(@ForAll("cases") Case c) {
        Tensor a = c.matrices(c.m, c.n).to(c.dtype.isComplex() ? DType.COMPLEX128 : DType.FLOAT64);
        Tensor p = Linalg.pinv(a, null, false, null, null);
        Case wide = new Case(a.dtype(), c.batch, 1000, 1000, 0, false); // ill-conditioned ones lose digits
        wide.same(a.matmul(p).matmul(a), a);
        wide.same(Matrices.adjoint(a.matmul(p)), a.matmul(p));
        wide.same(p.matmul(a).matmul(p), p);
        Tensor x = Linalg.lstsq(a, a, null, "gelsd")[0];
        wide.same(a.matmul(x), a);
    }
}
