package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Softmax along dimensions that aren't the last, against float64. */
class SoftmaxColumnsTest {
    @BeforeEach
    void seed() {
        Tensor.manualSeed(8);
    }

    private static Tensor softmax(Tensor x, long dim, boolean log) {
        return log ? x.logSoftmax(dim) : x.softmax(dim);
    }

    private static double error(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        return a.numel() == 0
                ? 0
                : a.to(DType.FLOAT64).sub(b.to(DType.FLOAT64)).abs().max().item();
    }

    private static final long[][] SHAPES = {
        {7, 16}, {300, 40}, {3, 1100}, {1, 20}, {5, 9, 33}, {2, 3, 700}, {4, 6, 5, 17}, {2, 0, 20}, {0, 3, 20}
    };

    @Test
    void allShapesAndDimensions() {
        for (long[] shape : SHAPES) {
            Tensor x = Tensor.randn(shape).mul(5);
            for (int d = 0; d < shape.length - 1; d++) {
                for (boolean log : new boolean[] {false, true}) {
                    Tensor y = softmax(x, d, log);
                    Tensor exact = softmax(x.to(DType.FLOAT64), d, log);
                    assertThat(error(y, exact)).as("%s along %d", x.shape(), d).isLessThan(log ? 4e-6 : 3e-7);
                }
            }
        }
    }

    @Test
    void layoutsAndDtypes() {
        Tensor wide = Tensor.randn(40, 6, 100);
        for (Tensor x : new Tensor[] {
            wide.narrow(2, 3, 70),
            wide.transpose(0, 1),
            wide.transpose(0, 2),
            wide.flip(1),
            wide.select(1, 2).expand(3, 40, 100)
        }) {
            for (DType t : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
                Tensor y = x.to(t).softmax(1);
                assertThat(y.dtype()).isEqualTo(t);
                Tensor exact = x.to(t).to(DType.FLOAT64).softmax(1);
                assertThat(error(y, exact)).isLessThan(t == DType.FLOAT32 ? 3e-7 : t == DType.FLOAT16 ? 5e-4 : 4e-3);
            }
        }
    }

    /** Columns that have them don't change others. */
    @Test
    void whatIsNotFinite() {
        double[] special = {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};
        for (boolean log : new boolean[] {false, true}) {
            for (double v : special) {
                Tensor plain = Tensor.randn(9, 50);
                Tensor x = plain.clone();
                x.select(0, 4).narrow(0, 20, 3).fill_(v);
                x.select(1, 30).fill_(v);
                Tensor y = softmax(x, 0, log);
                Tensor byRows = softmax(x.t().contiguous(), 1, log).t();
                assertThat(y.isnan().toDoubleArray()).isEqualTo(byRows.isnan().toDoubleArray());
                assertThat(y.select(1, 30).isnan().all().item()).isEqualTo(1);
                Tensor there = softmax(plain, 0, log);
                assertThat(y.narrow(1, 31, 19).toDoubleArray())
                        .isEqualTo(there.narrow(1, 31, 19).toDoubleArray());
                if (v == Double.NEGATIVE_INFINITY) {
                    assertThat(y.select(1, 20).isnan().any().item()).isZero();
                    assertThat(y.select(0, 4).select(0, 20).item()).isEqualTo(log ? v : 0);
                }
            }
        }
    }

    @Test
    void gradients() {
        for (long[] shape : SHAPES) {
            Tensor x = Tensor.randn(shape);
            Tensor g = Tensor.randn(shape);
            for (boolean log : new boolean[] {false, true}) {
                Tensor in = x.clone().requiresGrad(true);
                Tensor exact = x.to(DType.FLOAT64).requiresGrad(true);
                Tensor a = Autograd.grad(softmax(in, 0, log).mul(g).sum(), in)[0];
                Tensor b = Autograd.grad(
                        softmax(exact, 0, log).mul(g.to(DType.FLOAT64)).sum(), exact)[0];
                assertThat(error(a, b)).as("of %s", x.shape()).isLessThan(2e-5);
            }
        }
    }

    /** Neither with the number of threads nor when vector code comes into use. */
    @Test
    void bitsStayTheSame() {
        Tensor x = Tensor.randn(70, 1300);
        int before = Workers.threads();
        try {
            double[] first = x.softmax(0).toDoubleArray();
            for (int i = 0; i < 60; i++) {
                Workers.setThreads(1 + i % 3);
                assertThat(x.softmax(0).toDoubleArray()).isEqualTo(first);
                assertThat(x.narrow(1, 100, 1100).softmax(0).toDoubleArray())
                        .isEqualTo(x.softmax(0).narrow(1, 100, 1100).toDoubleArray());
            }
        } finally {
            Workers.setThreads(before);
        }
    }
}
