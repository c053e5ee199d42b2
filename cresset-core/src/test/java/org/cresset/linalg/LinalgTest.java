package org.cresset.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cresset.autograd.Func;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Matrices;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Values by hand, errors and info of matrices that can't be factored, vmap, and accuracy of long sums. */
class LinalgTest {
    private static final Tensor SINGULAR = Tensor.from(new double[] {1, 2, 2, 4}, 2, 2);
    private static final Tensor INDEFINITE = Tensor.from(new double[] {1, 2, 2, 1}, 2, 2);

    private static Tensor pair(Tensor a) {
        return Tensor.stack(0, Tensor.eye(2, a.dtype()), a);
    }

    @Test
    void singularMatricesAreErrors() {
        assertThatThrownBy(() -> Linalg.inv(SINGULAR))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("linalg.inv: the matrix is singular: U[2,2]")
                .hasMessageContaining("float64(2, 2)");
        assertThatThrownBy(() -> Linalg.solve(pair(SINGULAR), Tensor.eye(2, DType.FLOAT64)))
                .hasMessageContaining("linalg.solve: (batch element 1)");
        assertThatThrownBy(() -> Linalg.luFactor(SINGULAR, true)).hasMessageContaining("linalg.lu_factor");
        assertThatThrownBy(() -> Linalg.lstsq(SINGULAR.mul(Tensor.of(1., 0.)), SINGULAR, null, "gels"))
                .hasMessageContaining("full rank");
        assertThatThrownBy(() -> Linalg.cholesky(INDEFINITE))
                .hasMessageContaining("linalg.cholesky: the matrix is not positive definite")
                .hasMessageContaining("order 2");
        assertThatThrownBy(() -> Linalg.svd(Tensor.full(Shape.of(2, 2), Double.NaN, DType.FLOAT64), true))
                .isInstanceOf(CressetException.class);
    }

    @Test
    void infoTellsWhereOthersThrow() {
        assertThat(Linalg.choleskyEx(pair(INDEFINITE), false, false)[1].toIntArray())
                .containsExactly(0, 2);
        assertThat(Linalg.invEx(pair(SINGULAR), false)[1].toIntArray()).containsExactly(0, 2);
        assertThat(Linalg.luFactorEx(SINGULAR, true, false)[2].itemLong()).isEqualTo(2);
        assertThat(Linalg.ldlFactorEx(Tensor.zeros(2, 2), false, false)[2].itemLong())
                .isEqualTo(1);
        assertThatThrownBy(() -> Linalg.choleskyEx(INDEFINITE, false, true)).hasMessageContaining("cholesky_ex");
        assertThat(Linalg.det(SINGULAR).item()).isCloseTo(0, within(1e-15));
        assertThat(Linalg.slogdet(Tensor.zeros(2, 2))[1].item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Linalg.cond(SINGULAR, 1.0).item()).isGreaterThan(1e15);
        assertThat(Linalg.matrixRank(SINGULAR, null, true, null, null).itemLong())
                .isEqualTo(1);
    }

    @Test
    void misfitsNameShapesAndTypes() {
        assertThatThrownBy(() -> Linalg.det(Tensor.zeros(2, 3)))
                .hasMessageContaining("linalg.det: float32(2, 3)")
                .hasMessageContaining("square");
        assertThatThrownBy(() -> Linalg.svd(Tensor.of(1f, 2f), true)).hasMessageContaining("at least two dimensions");
        assertThatThrownBy(() -> Linalg.inv(Tensor.eye(2, DType.INT64))).hasMessageContaining("convert with to()");
        assertThatThrownBy(() -> Linalg.solve(Tensor.eye(2, DType.FLOAT64), Tensor.zeros(2, 2)))
                .hasMessageContaining("expected one dtype");
        assertThatThrownBy(() -> Linalg.solve(Tensor.eye(2, DType.FLOAT32), Tensor.zeros(3, 2)))
                .hasMessageContaining("expected 2 rows in B");
        assertThatThrownBy(() -> Linalg.einsum("ij,jk->ik", Tensor.zeros(2, 3), Tensor.zeros(2, 3)))
                .hasMessageContaining("sizes 3 and 2");
        assertThatThrownBy(() -> Linalg.einsum("ij", Tensor.zeros(2))).hasMessageContaining("has 1 dimensions");
    }

    @Test
    void einsumByHand() {
        Tensor a = Tensor.from(new double[] {1, 2, 3, 4}, 2, 2);
        assertThat(Linalg.einsum("ij->ji", a).toDoubleArray()).containsExactly(1, 3, 2, 4);
        assertThat(Linalg.einsum("ij", a).sub(a).abs().max().item()).isZero();
        assertThat(Linalg.einsum("ba", a).toDoubleArray()).containsExactly(1, 3, 2, 4);
        assertThat(Linalg.einsum("ii", a).item()).isEqualTo(5);
        assertThat(Linalg.einsum("ij,kj->", a, a).item()).isEqualTo(4 * 4 + 6 * 6);
        assertThat(Linalg.einsum("i,j,k->kij", Tensor.of(1., 2.), Tensor.of(3., 4.), Tensor.of(1., 10.))
                        .toDoubleArray())
                .containsExactly(3, 4, 6, 8, 30, 40, 60, 80);
        assertThat(Linalg.einsum("...i, i...->...", a, a).toDoubleArray()).containsExactly(1 + 6, 6 + 16);
    }

    @Test
    void productsByHand() {
        assertThat(Linalg.kron(Tensor.of(1, 2), Tensor.of(3, 4)).toIntArray()).containsExactly(3, 4, 6, 8);
        assertThat(Linalg.cross(Tensor.of(1, 0, 0), Tensor.of(0, 1, 0), -1).toIntArray())
                .containsExactly(0, 0, 1);
        assertThat(Linalg.vander(Tensor.of(2, 3), 3L).toIntArray()).containsExactly(1, 2, 4, 1, 3, 9);
        assertThat(Linalg.vander(Tensor.of(2, 3), 3L, false).toIntArray()).containsExactly(4, 2, 1, 9, 3, 1);
        assertThat(Linalg.vander(Tensor.of(2, 3), null, true).toIntArray()).containsExactly(1, 2, 1, 3);
        assertThat(Linalg.vander(Tensor.of(2, 3), 1L, false).toIntArray()).containsExactly(1, 1);
        assertThat(Linalg.vander(Tensor.of(2, 3), 0L, false).numel()).isZero();
        assertThat(Linalg.matrixPower(Tensor.of(new float[] {1, 1}, new float[] {1, 0}), 10)
                        .toFloatArray())
                .containsExactly(89, 55, 55, 34);
        assertThat(Linalg.matrixExp(Tensor.of(new float[] {0, 1}, new float[] {0, 0}))
                        .toFloatArray())
                .containsExactly(1, 1, 0, 1);
        Tensor turn = Tensor.of(new float[] {0, -30}, new float[] {30, 0}); // needs squarings
        assertThat(Linalg.matrixExp(turn).toFloatArray()[0]).isCloseTo((float) Math.cos(30), within(1e-6f));
        assertThat(Tensor.of(new float[] {1, 2, 3}, new float[] {3, 2, 1})
                        .corrcoef()
                        .toFloatArray())
                .containsExactly(new float[] {1, -1, -1, 1}, within(1e-6f));
    }

    @Test
    void complexProductsAreRight() {
        Tensor.manualSeed(0);
        Tensor re = Tensor.randn(3, 40, 50);
        Tensor im = Tensor.randn(3, 40, 50);
        Tensor i = org.cresset.tensor.Dense.wrappedComplex(0, 1);
        Tensor a = re.add(im.mul(i));
        Tensor b = a.transpose(1, 2).narrow(2, 3, 20);
        Tensor want = a.unsqueeze(-1).mul(b.unsqueeze(1)).sum(2);
        assertThat(a.matmul(b).sub(want).abs().max().item()).isLessThan(1e-4);
        assertThat(a.matmul(b.conj()).sub(a.matmul(b)).abs().max().item()).isGreaterThan(1);
    }

    @Test
    void gapsBetweenBatchesOfOneRow() {
        // What oneDNN got wrong: (3, m, 1) times (3, 1, n) with a gap after each row.
        Tensor.manualSeed(0);
        Tensor b = Tensor.randn(3, 1, 6).narrow(2, 1, 4);
        Tensor a = Tensor.randn(3, 5, 1);
        assertThat(a.bmm(b).sub(a.mul(b)).abs().max().item()).isZero();
    }

    @TestFactory
    List<DynamicTest> vmapIsALoop() {
        Map<String, Func.Many> all = new LinkedHashMap<>();
        all.put("cholesky", x ->
                new Tensor[] {Linalg.cholesky(x[0].matmul(x[0].mT()).add(Tensor.eye(3, DType.FLOAT64)))});
        all.put("lu", x -> Linalg.luFactorEx(x[0], true, false));
        all.put("qr", x -> Linalg.qr(x[0]));
        all.put("svd", x -> Linalg.svd(x[0], true));
        all.put("eigh", x -> Linalg.eigh(x[0]));
        all.put("eig", x -> Linalg.eig(x[0]));
        all.put("solve", x -> new Tensor[] {Linalg.solve(x[0], x[1])});
        all.put("triangular", x -> new Tensor[] {Linalg.solveTriangular(x[0], x[1], true, true, true)});
        all.put("inv", x -> new Tensor[] {Linalg.inv(x[0])});
        all.put("det", x -> new Tensor[] {Linalg.det(x[0])});
        all.put("slogdet", x -> Linalg.slogdet(x[0]));
        all.put("pinv", x -> new Tensor[] {Linalg.pinv(x[0], null, false, null, null)});
        all.put("matrix_exp", x -> new Tensor[] {Linalg.matrixExp(x[0])});
        all.put("householder", x -> new Tensor[] {Linalg.householderProduct(x[0], x[1].select(1, 0))});
        all.put("ormqr", x -> new Tensor[] {Linalg.ormqr(x[0], x[1].select(1, 0), x[1], true, false)});
        all.put("ldl", x -> Linalg.ldlFactorEx(x[0], false, false));
        all.put("lstsq", x -> new Tensor[] {Linalg.lstsq(x[0], x[1], null, null)[0]});
        all.put("norm", x -> new Tensor[] {Linalg.vectorNorm(x[0], 3, new long[] {0}, false, null)});
        all.put("nuc", x -> new Tensor[] {Linalg.matrixNorm(x[0], "nuc", new long[] {0, 1}, true, null)});
        all.put("einsum", x -> new Tensor[] {Linalg.einsum("ij,jk->ki", x)});
        all.put("cdist", x -> new Tensor[] {
            Linalg.cdist(x[0], x[1].mT().mT().narrow(1, 0, 2).mT().matmul(x[0]), 1)
        });
        all.put("addcmul", x -> new Tensor[] {x[0].addcmul(x[0], x[0].select(0, 0), 2)});
        all.put("cross", x -> new Tensor[] {Linalg.cross(x[0], x[0].mT(), -1)});
        List<DynamicTest> tests = new ArrayList<>();
        all.forEach((name, f) -> tests.add(DynamicTest.dynamicTest(name, () -> {
            Tensor.manualSeed(1);
            Tensor a = Tensor.randn(4, 3, 3).to(DType.FLOAT64);
            Tensor b = Tensor.randn(3, 2).to(DType.FLOAT64); // not mapped over
            Tensor[] got = Func.vmap(f, new Tensor[] {a, b}, new int[] {0, Func.NOT_MAPPED});
            for (int i = 0; i < 4; i++) {
                Tensor[] want = f.apply(new Tensor[] {a.select(0, i), b});
                for (int k = 0; k < want.length; k++) {
                    Tensor mine = got[k].select(0, i);
                    assertThat(mine.shape()).isEqualTo(want[k].shape());
                    assertThat(mine.dtype()).isEqualTo(want[k].dtype());
                    assertThat(mine.sub(want[k]).abs().max().item()).isLessThan(1e-9);
                }
            }
        })));
        return tests;
    }

    @Test
    void longSumsKeepTheirDigits() {
        // PyTorch 2.13 is off by 1e-8 for the sum, 2e-7 for sums of columns, and 2e-4 for the norm.
        Tensor.manualSeed(0);
        Tensor x = Tensor.rand(10_000_000);
        Tensor exact = x.to(DType.FLOAT64);
        double sum = exact.sum().item();
        double squares = exact.square().sum().item();
        assertThat(x.sum().item()).isCloseTo(sum, within(2e-7 * sum));
        assertThat(x.mean().item()).isCloseTo(sum / 1e7, within(2e-7 * sum / 1e7));
        assertThat(x.norm().item()).isCloseTo(Math.sqrt(squares), within(2e-7 * Math.sqrt(squares)));
        assertThat(x.norm(1).item()).isCloseTo(sum, within(2e-7 * sum));
        double cubes = Math.cbrt(exact.pow(3).sum().item());
        assertThat(x.norm(3).item()).isCloseTo(cubes, within(3e-7 * cubes));
        assertThat(x.dot(x).item()).isCloseTo(squares, within(3e-7 * squares));
        Tensor columns = x.reshape(100_000, 100);
        Tensor want = columns.to(DType.FLOAT64).sum(0);
        assertThat(columns.sum(0).sub(want).div(want).abs().max().item()).isLessThan(3e-7);
        Tensor norms = columns.to(DType.FLOAT64).norm(2, new long[] {0}, false);
        assertThat(columns.norm(2, new long[] {0}, false)
                        .sub(norms)
                        .div(norms)
                        .abs()
                        .max()
                        .item())
                .isLessThan(3e-7);
        Tensor complex = x.narrow(0, 0, 1_000_000).mul(org.cresset.tensor.Dense.wrappedComplex(3, 4));
        double five = 5 * x.narrow(0, 0, 1_000_000).to(DType.FLOAT64).norm().item();
        assertThat(complex.norm().item()).isCloseTo(five, within(3e-7 * five));
    }

    @Test
    void lowRankByProjection() {
        Tensor.manualSeed(0);
        Tensor a =
                Tensor.randn(30, 3).to(DType.FLOAT64).matmul(Tensor.randn(3, 20).to(DType.FLOAT64));
        Tensor[] f = Linalg.svdLowrank(a, 5L, 2L, null);
        assertThat(Matrices.scaleColumns(f[0], f[1])
                        .matmul(f[2].mT())
                        .sub(a)
                        .abs()
                        .max()
                        .item())
                .isLessThan(1e-9);
        Tensor[] p = Linalg.pcaLowrank(a, null, true, 2);
        Tensor centered = a.sub(a.mean(new long[] {0}, true));
        assertThat(Matrices.scaleColumns(p[0], p[1])
                        .matmul(p[2].mT())
                        .sub(centered)
                        .abs()
                        .max()
                        .item())
                .isLessThan(1e-9);
        assertThatThrownBy(() -> Linalg.pcaLowrank(a, 40L, true, 2)).hasMessageContaining("q is 40");
    }
}
