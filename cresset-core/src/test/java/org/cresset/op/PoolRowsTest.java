package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pooling of row-major tensors against that of channels-last ones, which goes element by element. */
class PoolRowsTest {
    @BeforeEach
    void seed() {
        Tensor.manualSeed(9);
    }

    private static Windows[] windows(Shape s) {
        return new Windows[] {
            sliding(s, 2, 2, 0, 1, false),
            sliding(s, 3, 1, 1, 1, false),
            sliding(s, 3, 2, 1, 2, true),
            sliding(s, 5, 3, 2, 1, true),
            sliding(s, 6, 2, 0, 1, true),
            sliding(s, 4, 1, 0, 2, false),
            Windows.adaptive("pool", s, new long[] {3, 4}),
            Windows.adaptive("pool", s, new long[] {1, 1})
        };
    }

    private static Windows sliding(Shape s, long kernel, long stride, long padding, long dilation, boolean ceil) {
        return Windows.sliding(
                "pool",
                s,
                new long[] {kernel, kernel},
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {dilation, dilation},
                ceil,
                kernel == 5);
    }

    private static void same(Tensor a, Tensor b, double most) {
        assertThat(a.shape()).isEqualTo(b.shape());
        assertThat(a.isnan().ne(b.isnan()).any().item()).isZero();
        Tensor far =
                a.nanToNum(null, null, null).sub(b.nanToNum(null, null, null)).abs();
        assertThat(far.to(DType.FLOAT64).max().item()).isLessThanOrEqualTo(most);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64", "INT32", "UINT8"})
    void asElementByElement(DType t) {
        Tensor x = Tensor.randint(0, 9, 2, 3, 11, 14).to(t);
        if (t.isFloat()) {
            x = x.sub(4).maskedFill(Tensor.rand(2, 3, 11, 14).lt(0.02), Tensor.number(Double.NaN));
            x.select(0, 0).select(0, 0).select(0, 0).fill_(Double.NEGATIVE_INFINITY);
        }
        for (Windows w : windows(x.shape())) {
            if (t.isFloat()) {
                Tensor few = Pooling.average(x.channelsLast(), w, 0);
                Tensor many = Pooling.average(Tensor.cat(1, x, x, x, x).channelsLast(), w, 0);
                same(many, Tensor.cat(1, few, few, few, few), 0); // all channels of a place at once
            }
            for (Tensor rows : new Tensor[] {
                x, x.flip(0).narrow(3, 2, 11), Tensor.cat(1, x, x).narrow(1, 1, 3)
            }) {
                Windows fit = rows.size(3) == 14 ? w : windows(rows.shape())[1];
                Tensor last = rows.channelsLast();
                Tensor[] a = Pooling.max(rows, fit);
                Tensor[] b = Pooling.max(last, fit);
                same(a[0], b[0], 0);
                same(a[1], b[1], 0);
                same(Pooling.largest(rows, fit), b[0], 0);
                if (t.isFloat()) {
                    same(Pooling.average(rows, fit, 0), Pooling.average(last, fit, 0), 1e-6);
                    same(Pooling.average(rows, fit, 7), Pooling.average(last, fit, 7), 1e-6);
                }
            }
        }
    }

    /** Rows with many windows, in two and three dimensions, of views too. */
    @Test
    void manyWindowsAlongARow() {
        Tensor x = Tensor.randint(0, 9, 2, 3, 11, 45).to(DType.FLOAT32).sub(4);
        x = x.maskedFill(Tensor.rand(2, 3, 11, 45).lt(0.02), Tensor.number(Double.NaN));
        x.select(0, 0).select(0, 0).fill_(Double.NEGATIVE_INFINITY);
        x.select(0, 1).select(0, 2).mul_(-0.0);
        for (Tensor rows : new Tensor[] {x, x.narrow(3, 3, 33), x.narrow(2, 2, 9), x.slice(1, 0L, 3L, 2)}) {
            Tensor last = rows.channelsLast();
            for (Windows w : windows(rows.shape())) {
                Tensor[] a = Pooling.max(rows, w);
                Tensor[] b = Pooling.max(last, w);
                same(a[0], b[0], 0);
                same(a[1], b[1], 0);
                same(Pooling.largest(rows, w), b[0], 0);
            }
        }
        Tensor none = x.narrow(0, 0, 0);
        for (Windows w : windows(none.shape())) {
            assertThat(Pooling.max(none, w)[1].shape().toArray()[0]).isZero();
            assertThat(Pooling.largest(none, w).numel()).isZero();
            assertThat(Pooling.average(none, w, 0).numel()).isZero();
        }
        Tensor deep = x.reshape(2, 1, 3, 11, 45);
        for (long stride = 1; stride < 3; stride++) {
            long[] two = {2, 3, 3};
            Windows w = Windows.sliding(
                    "pool",
                    deep.shape(),
                    two,
                    new long[] {1, stride, stride},
                    new long[] {1, 1, 1},
                    new long[] {1, 1, 1},
                    false,
                    true);
            Tensor[] a = Pooling.max(deep, w);
            Tensor[] b = Pooling.max(Tensor.cat(4, deep, deep).narrow(4, 0, 45), w);
            Tensor[] c = Pooling.max(deep.to(DType.FLOAT64), w);
            same(a[0], c[0].to(DType.FLOAT32), 0);
            same(a[1], c[1], 0);
            same(a[0], b[0], 0);
            same(a[1], b[1], 0);
        }
    }

    @Test
    void gradientsAreThoseOfTheElementsTaken() {
        Tensor x = Tensor.randn(2, 3, 9, 8);
        for (Windows w : windows(x.shape())) {
            Tensor rows = x.clone().requiresGrad(true);
            Tensor last = x.channelsLast().detach().requiresGrad(true);
            Tensor a = Autograd.grad(Pooling.largest(rows, w).sum(), rows)[0];
            Tensor b = Autograd.grad(Pooling.max(last, w)[0].sum(), last)[0];
            same(a, b, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT32", "FLOAT64"})
    void gradientsOfAverages(DType t) {
        Tensor x = Tensor.randn(2, 3, 9, 8).to(t);
        for (Windows w : windows(x.shape())) {
            for (int divisor : new int[] {0, 7}) {
                Tensor rows = x.clone().requiresGrad(true);
                Tensor last = x.channelsLast().detach().requiresGrad(true);
                Tensor y = Pooling.average(rows, w, divisor);
                Tensor g = Tensor.randn(y.shape().toArray()).to(t);
                y.backward(g);
                Pooling.average(last, w, divisor).backward(g.channelsLast());
                same(rows.grad(), last.grad(), t == DType.BFLOAT16 ? 0.1 : 1e-5);
            }
        }
    }
}
