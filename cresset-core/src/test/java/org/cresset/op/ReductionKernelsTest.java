package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Reductions of all dtypes and layouts against the same of float64 or int64 in row-major order. */
class ReductionKernelsTest {
    @BeforeEach
    void seed() {
        Tensor.manualSeed(5);
    }

    private static Tensor sample(DType t, long... shape) {
        Tensor x = Tensor.randint(0, 3, shape);
        return t.isFloat() ? x.to(t).div(2) : x.to(t);
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        if (a.numel() == 0) {
            return;
        }
        Tensor rounded = b.to(a.dtype()).to(DType.FLOAT64);
        assertThat(a.to(DType.FLOAT64).sub(rounded).abs().max().item())
                .isLessThanOrEqualTo(2e-6 * Math.max(1, rounded.abs().max().item()));
    }

    /** Rows that follow each other are taken eight at a time, others one by one. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void rowsHaveTheSameBitsWhereverTheyLie(DType t) {
        for (long n : new long[] {1, 2, 31, 200, 1000, 8192, 8193}) {
            Tensor apart = Tensor.rand(13, n + 3).add(0.5).to(t).narrow(1, 2, n);
            Tensor together = apart.contiguous();
            long[] last = {1};
            assertThat(together.sum(last).toDoubleArray())
                    .containsExactly(apart.sum(last).toDoubleArray());
            assertThat(together.mean(last).toDoubleArray())
                    .containsExactly(apart.mean(last).toDoubleArray());
            assertThat(together.prod(1L, false, null).toDoubleArray())
                    .containsExactly(apart.prod(1L, false, null).toDoubleArray());
            assertThat(together.amax(last, false).toDoubleArray())
                    .containsExactly(apart.amax(last, false).toDoubleArray());
            assertThat(together.narrow(0, 5, 1).sum(last).item())
                    .isEqualTo(together.sum(last).toDoubleArray()[5]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"COMPLEX32", "COMPLEX64", "COMPLEX128"})
    void allLayouts(DType t) {
        for (Tensor x : new Tensor[] {
            sample(t, 40, 300),
            sample(t, 300, 40).t(),
            sample(t, 40, 600).slice(1, 0L, 600L, 2),
            sample(t, 40, 3, 300).select(1, 1),
            sample(t, 40, 301).narrow(1, 1, 300),
            sample(t, 1).expand(40, 300)
        }) {
            Tensor exact = (t.isFloat() ? x.to(DType.FLOAT64) : x.to(DType.INT64)).contiguous();
            for (long[] dims : new long[][] {{0}, {1}, {0, 1}}) {
                same(x.sum(dims), exact.sum(dims));
                same(x.countNonzero(dims), exact.countNonzero(dims));
                same(x.any(dims, false), exact.any(dims, false));
                same(x.all(dims, false), exact.all(dims, false));
                same(x.amax(dims, false), exact.amax(dims, false));
                same(x.amin(dims, false), exact.amin(dims, false));
            }
        }
    }

    /** Many rows in a call, which fill vectors or don't, and are of several dimensions, some turned round. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16", "INT32", "INT64", "BOOL"})
    void columnsOfShortRows(DType t) {
        for (long width : new long[] {16, 17, 32, 37, 100}) {
            Tensor whole = sample(t, 13, 5, 12, width);
            for (Tensor x : new Tensor[] {whole, whole.flip(0, 2), whole.transpose(0, 1), whole.slice(2, 0L, 12L, 5)}) {
                Tensor exact = (t.isFloat() ? x.to(DType.FLOAT64) : x.to(DType.INT64)).contiguous();
                for (long[] dims : new long[][] {{0, 2}, {1}, {2}, {0, 1, 2}}) {
                    same(x.sum(dims), exact.sum(dims));
                    same(x.amax(dims, false), exact.amax(dims, false));
                    same(x.countNonzero(dims), exact.countNonzero(dims));
                }
            }
        }
    }

    @Test
    void boolsAreCounted() {
        for (int n : new int[] {1, 7, 8, 9, 1023, 1024, 1025, 70_001}) {
            Tensor x = Tensor.rand(n).lt(0.5);
            long count = 0;
            for (int i = 0; i < n; i++) {
                count += x.select(0, i).item() != 0 ? 1 : 0;
            }
            assertThat(x.sum().itemLong()).isEqualTo(count);
            assertThat(x.narrow(0, n / 2, n - n / 2).sum().itemLong())
                    .isEqualTo(count - x.narrow(0, 0, n / 2).sum().itemLong());
            assertThat(x.onesLike().all().item()).isEqualTo(1);
            assertThat(x.zerosLike().any().item()).isEqualTo(0);
        }
        assertThat(Tensor.zeros(0).to(DType.BOOL).sum().itemLong()).isZero();
    }

    @Test
    void whatIsNoNumberIsLeftOut() {
        Tensor x = Tensor.randn(50, 70);
        Tensor holes = Tensor.rand(50, 70).lt(0.2);
        Tensor y = x.maskedFill(holes, Tensor.number(Double.NaN));
        Tensor zeros = x.maskedFill(holes, Tensor.number(0));
        for (long[] dims : new long[][] {{0}, {1}, {0, 1}}) {
            same(y.nansum(dims, false, null), zeros.sum(dims));
            same(
                    y.nanmean(dims, false, null),
                    zeros.sum(dims).div(holes.logicalNot().sum(dims)));
        }
        same(y.nansum(null, false, DType.FLOAT64), zeros.to(DType.FLOAT64).sum());
        Tensor in = y.clone().requiresGrad(true);
        Tensor g = Autograd.grad(in.nansum(null, false, null), in)[0];
        same(g, holes.logicalNot().to(DType.FLOAT32));
        assertThat(Tensor.number(Double.NaN).reshape(1).countNonzero(null).itemLong())
                .isEqualTo(1);
    }

    @Test
    void complexNumbersAndFewColumns() {
        for (DType t : new DType[] {DType.COMPLEX64, DType.COMPLEX128, DType.COMPLEX32}) {
            Tensor wide = Tensor.randint(-3, 4, 2, 70, 90, 2).to(t.real());
            Tensor x = wide.viewAsComplex();
            for (Tensor y :
                    new Tensor[] {x, x.transpose(1, 2), x.narrow(2, 3, 50), x.select(0, 1), x.conj(), x.narrow(1, 0, 0)
                    }) {
                for (long[] dims : new long[][] {{0}, {1}, {0, 1}, {-1}}) {
                    same(y.sum(dims).real(), y.real().to(DType.FLOAT64).sum(dims));
                    same(y.sum(dims).imag(), y.imag().to(DType.FLOAT64).sum(dims));
                    same(
                            y.mean(dims).real().nanToNum(null, null, null),
                            y.real().to(DType.FLOAT64).mean(dims).nanToNum(null, null, null));
                }
            }
        }
        for (int few : new int[] {2, 3, 4, 8}) {
            Tensor x = Tensor.randn(30, 1100, few);
            for (long[] dims : new long[][] {{0}, {1}, {0, 1}}) {
                Tensor exact = x.to(DType.FLOAT64);
                same(x.amax(dims, false), exact.amax(dims, false));
                assertThat(x.sum(dims)
                                .to(DType.FLOAT64)
                                .sub(exact.sum(dims))
                                .abs()
                                .max()
                                .item())
                        .isLessThan(1e-3);
            }
        }
    }
}
