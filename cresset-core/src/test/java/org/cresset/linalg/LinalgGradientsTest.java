package org.cresset.linalg;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.autograd.Func;
import org.cresset.autograd.GradCheck;
import org.cresset.base.DType;
import org.cresset.op.Matrices;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** First and second derivatives of everything that has them, against finite differences, real and complex, and forward mode. */
class LinalgGradientsTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private static Tensor random(DType t, long... shape) {
        Tensor x = Tensor.randn(shape).to(t);
        return t.isComplex()
                ? x.add(Tensor.randn(shape).mul(Dense.wrappedComplex(0, 1)).to(t))
                : x;
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    /** Well away from singular. */
    private static Tensor invertible(Tensor x) {
        return x.add(Tensor.eye(x.size(-1), x.dtype()).mul(4));
    }

    private static Tensor positive(Tensor x) {
        return x.matmul(Matrices.adjoint(x))
                .add(Tensor.eye(x.size(-1), x.dtype()).mul(2));
    }

    private static Tensor modulus(Tensor x) {
        return x.dtype().isComplex() ? x.abs() : x;
    }

    /** Checks f at random inputs of these shapes for both kinds of numbers. */
    private void check(String name, Func.Many f, long[]... shapes) {
        for (DType t : new DType[] {DType.FLOAT64, DType.COMPLEX128}) {
            check(name, t, f, shapes);
        }
    }

    private void check(String name, DType t, Func.Many f, long[]... shapes) {
        tests.add(DynamicTest.dynamicTest(name + " " + t, () -> {
            Tensor.manualSeed(3);
            Tensor[] in = new Tensor[shapes.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = random(t, shapes[i]).requiresGrad(true);
            }
            GradCheck.gradcheck(f, in);
            GradCheck.gradgradcheck(f, in);
            GradCheck.DEFAULT.forward(f, in);
        }));
    }

    private void unary(String name, UnaryOperator<Tensor> f, long... shape) {
        check(name, x -> one(f.apply(x[0])), shape);
    }

    private static final long[] SQUARE = {3, 3};
    private static final long[] BATCH = {2, 3, 3};

    @TestFactory
    List<DynamicTest> factorizations() {
        unary("cholesky", x -> Linalg.cholesky(positive(x)), BATCH);
        unary("cholesky upper", x -> Linalg.cholesky(positive(x), true), SQUARE);
        for (long[] shape : new long[][] {{3, 3}, {2, 4}, {4, 2}, {2, 3, 2}}) {
            String s = " " + shape[0] + "," + shape[1];
            unary("lu_factor" + s, x -> Linalg.luFactor(x, true)[0], shape);
            check(
                    "lu" + s,
                    x -> {
                        Tensor[] p = Linalg.lu(x[0], true);
                        return new Tensor[] {p[1], p[2]};
                    },
                    shape);
            check("qr" + s, x -> Linalg.qr(x[0]), shape);
            unary("svdvals" + s, Linalg::svdvals, shape);
            check(
                    "svd" + s,
                    x -> {
                        Tensor[] f = Linalg.svd(x[0], false);
                        return new Tensor[] {
                            modulus(f[0]).abs(), f[1], modulus(f[2]).abs(), f[0].matmul(f[2])
                        };
                    },
                    shape);
        }
        check("qr complete", x -> Linalg.qr(x[0], "complete"), new long[] {2, 4});
        unary(
                "householder_product",
                x -> Linalg.householderProduct(x, x.select(-2, 0).mul(0.3)),
                4,
                3);
        check(
                "ormqr",
                x -> one(Linalg.ormqr(x[0], x[1], x[2], false, true)),
                new long[] {4, 3},
                new long[] {3},
                new long[] {2, 4});
        return tests;
    }

    @TestFactory
    List<DynamicTest> eigenvalues() {
        check(
                "eigh",
                x -> {
                    Tensor[] e = Linalg.eigh(Matrices.hermitian(x[0]));
                    return new Tensor[] {e[0], modulus(e[1]).abs()};
                },
                BATCH);
        unary("eigvalsh", x -> Linalg.eigvalsh(Matrices.hermitian(x), "U"), SQUARE);
        check(
                "eig",
                x -> {
                    Tensor[] e = Linalg.eig(x[0]);
                    return new Tensor[] {e[0], e[1].abs()};
                },
                SQUARE);
        unary("eigvals", Linalg::eigvals, BATCH);
        return tests;
    }

    @TestFactory
    List<DynamicTest> solutions() {
        long[] right = {2, 3, 2};
        check("solve", x -> one(Linalg.solve(invertible(x[0]), x[1])), BATCH, right);
        check("solve from the right", x -> one(Linalg.solve(invertible(x[0]), x[1], false)), SQUARE, new long[] {2, 3});
        check("solve for a vector", x -> one(Linalg.solve(invertible(x[0]), x[1])), SQUARE, new long[] {3});
        for (boolean upper : new boolean[] {true, false}) {
            for (boolean unit : new boolean[] {true, false}) {
                check(
                        "solve_triangular " + upper + unit,
                        x -> one(Linalg.solveTriangular(invertible(x[0]), x[1], upper, true, unit)),
                        SQUARE,
                        right);
            }
        }
        check(
                "lu_solve",
                x -> {
                    Tensor[] f = Linalg.luFactor(invertible(x[0]), true);
                    return one(Linalg.luSolve(f[0], f[1], x[1], true, true));
                },
                SQUARE,
                new long[] {3, 2});
        check(
                "cholesky_solve",
                x -> one(Linalg.choleskySolve(x[1], Linalg.cholesky(positive(x[0])), false)),
                SQUARE,
                new long[] {3, 2});
        unary("cholesky_inverse", x -> Linalg.choleskyInverse(Linalg.cholesky(positive(x), true), true), SQUARE);
        unary("inv", x -> Linalg.inv(invertible(x)), BATCH);
        unary("pinv tall", x -> Linalg.pinv(x, null, false, null, null), 4, 2);
        unary("pinv wide", x -> Linalg.pinv(x, null, false, null, null), 2, 4);
        unary("pinv of low rank", x -> Linalg.pinv(x.matmul(Matrices.adjoint(x)), null, false, null, null), 3, 2);
        check("lstsq", x -> one(Linalg.lstsq(x[0], x[1], null, null)[0]), new long[] {4, 2}, new long[] {4, 2});
        check(
                "lstsq residuals",
                x -> {
                    Tensor[] r = Linalg.lstsq(x[0], x[1], null, "gels");
                    return new Tensor[] {r[0], r[1]};
                },
                new long[] {4, 2},
                new long[] {4, 2});
        check(
                "ldl_solve by B",
                x -> {
                    Tensor a = Tensor.from(new double[] {1, 2, 3, 2, -4, 1, 3, 1, 2}, 3, 3)
                            .to(x[0].dtype());
                    Tensor[] f = Linalg.ldlFactor(a, true);
                    return one(Linalg.ldlSolve(f[0], f[1], x[0], true));
                },
                new long[] {3, 2});
        return tests;
    }

    @TestFactory
    List<DynamicTest> functions() {
        unary("det", Linalg::det, BATCH);
        check("slogdet", x -> Linalg.slogdet(x[0]), BATCH);
        unary("logdet", x -> Linalg.logdet(positive(x)), SQUARE);
        unary("matrix_exp", Linalg::matrixExp, BATCH);
        unary("matrix_power", x -> Linalg.matrixPower(x, 5), SQUARE);
        unary("matrix_power of the inverse", x -> Linalg.matrixPower(invertible(x), -2), SQUARE);
        unary("cond", x -> Linalg.cond(invertible(x), (Double) null), SQUARE);
        unary("cond 1", x -> Linalg.cond(invertible(x), 1.0), SQUARE);
        unary("cond nuc", x -> Linalg.cond(invertible(x), "nuc"), SQUARE);
        for (double p : new double[] {2, -2, 1, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            unary("matrix_norm " + p, x -> Linalg.matrixNorm(x, p, new long[] {-2, -1}, true, null), 2, 3, 2);
        }
        unary("nuclear norm", x -> Linalg.matrixNorm(x, "nuc", new long[] {0, 1}, false, null), 3, 2, 2);
        for (double p : new double[] {0.5, 1, 1.5, 2, 3, -1, Double.POSITIVE_INFINITY}) {
            unary("vector_norm " + p, x -> Linalg.vectorNorm(x, p, new long[] {1}, false, null), 2, 3);
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> products() {
        check(
                "einsum",
                x -> one(Linalg.einsum("bij,bjk,k->ib", x)),
                new long[] {2, 2, 3},
                new long[] {2, 3, 2},
                new long[] {2});
        unary("einsum of a diagonal", x -> Linalg.einsum("ii->i", x), SQUARE);
        check("tensordot", x -> one(Linalg.tensordot(x[0], x[1], 2)), new long[] {2, 2, 3}, new long[] {2, 3, 2});
        check("kron", x -> one(Linalg.kron(x[0], x[1])), new long[] {2, 2}, new long[] {1, 3});
        check("cross", x -> one(Linalg.cross(x[0], x[1], -1)), new long[] {2, 3}, new long[] {1, 3});
        check("vdot", x -> one(x[0].vdot(x[1])), new long[] {4}, new long[] {4});
        check("vecdot", x -> one(Linalg.vecdot(x[0], x[1], 0)), new long[] {3, 2}, new long[] {3, 1});
        check("multi_dot", x -> one(Linalg.multiDot(x)), new long[] {2}, new long[] {2, 3}, new long[] {3, 2});
        check("block_diag", x -> one(Linalg.blockDiag(x)), new long[] {2, 1}, new long[] {2});
        check("matmul", x -> one(x[0].matmul(x[1])), new long[] {2, 1, 3}, new long[] {2, 3, 2});
        unary("vander", x -> Linalg.vander(x, 4L), 3);
        unary("cov", x -> Linalg.cov(x, 1, null, null), 2, 4);
        unary("corrcoef", Tensor::corrcoef, 2, 4);
        unary("renorm", x -> Linalg.renorm(x, 2, 0, 0.5), 2, 3);
        check("addcmul", x -> one(x[0].addcmul(x[1], x[2], 1.5)), new long[] {2, 2}, new long[] {2, 1}, new long[] {2});
        check("addmm", x -> one(x[0].addmm(x[1], x[2], 0.5, 2)), new long[] {2}, new long[] {2, 3}, new long[] {3, 2});
        check("cdist", DType.FLOAT64, x -> one(Linalg.cdist(x[0], x[1], 3)), new long[] {2, 3}, new long[] {4, 3});
        check(
                "cdist by a product",
                DType.FLOAT64,
                x -> one(Linalg.cdist(x[0], x[1], 2, "use_mm_for_euclid_dist")),
                new long[] {2, 3},
                new long[] {3, 3});
        return tests;
    }

    @Test
    void singularMatricesHaveADeterminantsGradient() {
        // Of rank n - 1: the gradient is the adjugate, transposed.
        Tensor a = Tensor.from(new double[] {1, 2, 2, 4}, 2, 2).requiresGrad(true);
        Linalg.det(a).backward();
        org.assertj.core.api.Assertions.assertThat(a.grad().toDoubleArray())
                .containsExactly(new double[] {4, -2, -2, 1}, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void theSubgradientOfANormAtZeroIsZero() {
        for (double p : new double[] {0.5, 1, 1.5, 2, 4, Double.POSITIVE_INFINITY}) {
            Tensor x = Tensor.zeros(3).requiresGrad(true);
            Linalg.vectorNorm(x, p, null, false, null).backward();
            org.assertj.core.api.Assertions.assertThat(x.grad().toFloatArray())
                    .as("p=" + p)
                    .containsOnly(0f);
        }
    }

    @Test
    void whatDependsOnPhasesHasNoGradient() {
        Tensor.manualSeed(0);
        Tensor a = random(DType.COMPLEX128, 3, 3).requiresGrad(true);
        Tensor u = Linalg.svd(a, false)[0].real().sum();
        assertThatThrownBy(u::backward).hasMessageContaining("linalg.svd").hasMessageContaining("phase");
        Tensor v = Linalg.eig(a)[1].real().sum();
        assertThatThrownBy(v::backward).hasMessageContaining("linalg.eig").hasMessageContaining("phase");
    }

    @Test
    void modesWithoutDerivativeSaySo() {
        Tensor a = Tensor.randn(4, 2).requiresGrad(true);
        assertThatThrownBy(() -> Linalg.qr(a, "r")[1].sum().backward()).hasMessageContaining("linalg.qr: mode 'r'");
        assertThatThrownBy(() -> Linalg.qr(a, "complete")[1].sum().backward()).hasMessageContaining("'complete'");
        assertThatThrownBy(() -> a.geqrf()[0].sum().backward()).hasMessageContaining("geqrf");
    }
}
