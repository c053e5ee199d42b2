package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.linalg.Linalg;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Join;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Operations that are fast only where short runs of memory are handled together, against one element after the other. */
class ShortRunsTest {
    private static void same(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        assertThat(a.eq(b).all().item()).isEqualTo(1);
    }

    @Test
    void outerProductsOfMatrices() {
        Tensor x = Tensor.randn(33, 20);
        Tensor y = Tensor.randn(21, 31);
        Tensor expected = x.unsqueeze(1)
                .unsqueeze(3)
                .expand(33, 21, 20, 31)
                .contiguous()
                .mul(y.unsqueeze(0).unsqueeze(2).expand(33, 21, 20, 31).contiguous())
                .reshape(33 * 21, 20 * 31);
        same(x.kron(y), expected);
        same(Linalg.kron(x.t().contiguous().t(), y.flip(1).flip(1)), expected);
        Tensor whole = Tensor.randn(40, 50, 7, 5);
        Tensor channel = Tensor.randint(0, 9, new long[] {50, 1, 5});
        same(whole.add(channel), whole.add(channel.expand(40, 50, 7, 5).contiguous()));
    }

    @Test
    void backwards() {
        for (DType t : new DType[] {DType.UINT8, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64, DType.COMPLEX128}) {
            for (long n : new long[] {1, 2, 7, 8, 9, 31, 1000}) {
                Tensor x = Tensor.arange(3 * n).remainder(200).to(t).reshape(3, n);
                Tensor y = x.flip(1);
                for (long i : new long[] {0, n / 2, n - 1}) {
                    same(y.select(1, i), x.select(1, n - 1 - i));
                }
                same(y.flip(1), x);
                same(x.flip(0, 1).reshape(-1).flip(0), x.reshape(-1));
            }
        }
    }

    @Test
    void gathering() {
        for (DType t : new DType[] {DType.FLOAT32, DType.INT64, DType.BFLOAT16}) {
            Tensor x = Tensor.arange(50 * 30).to(t).reshape(50, 30);
            Tensor index = Tensor.randint(0, 30, new long[] {40, 70});
            Tensor y = x.gather(1, index);
            same(x.gather(1, index.to(DType.INT32)), y);
            same(x.t().contiguous().gather(0, index.t()).t(), y);
            for (long[] at : new long[][] {{0, 0}, {39, 69}, {17, 3}}) {
                long k = index.get(at[0], at[1]).itemLong();
                assertThat(y.get(at[0], at[1]).item()).isEqualTo(x.get(at[0], k).item());
            }
        }
        Tensor wrong = Tensor.zeros(org.cresset.base.Shape.of(3, 5000), DType.INT64);
        wrong.narrow(0, 2, 1).narrow(1, 4000, 1).fill_(7);
        assertThatThrownBy(() -> Tensor.randn(3, 7).gather(1, wrong))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("index 7 is out of range for a dimension of size 7");
        same(Tensor.arange(7).takeAlongDim(Tensor.of(new long[] {-1, 3, 0}), 0L), Tensor.of(new long[] {6, 3, 0}));
    }

    @Test
    void combinationsInOrder() {
        Tensor x = Tensor.arange(4);
        assertThat(Join.combinations(x, 2, false).reshape(-1).toLongArray())
                .containsExactly(0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3);
        assertThat(Join.combinations(x.narrow(0, 0, 2), 3, true).reshape(-1).toLongArray())
                .containsExactly(0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1);
        assertThat(Join.combinations(x, 1, false).toLongArray()).containsExactly(0, 1, 2, 3);
        assertThat(Join.combinations(x, 4, false).toLongArray()).containsExactly(0, 1, 2, 3);
        assertThat(Join.combinations(x, 5, false).shape().toArray()).containsExactly(0, 5);
    }

    @Test
    void powersInRows() {
        Tensor x = Tensor.of(new float[] {2, 3});
        assertThat(Linalg.vander(x, 3L, false).reshape(-1).toFloatArray()).containsExactly(4, 2, 1, 9, 3, 1);
        assertThat(((Dense) Linalg.vander(x, 3L)).isContiguous()).isTrue();
    }

    @Test
    void classesOfLogs() {
        Tensor logs = Tensor.randn(6, 5, 3).logSoftmax(1);
        Tensor target = Tensor.randint(0, 5, new long[] {6, 3});
        target.narrow(0, 2, 1).fill_(-100);
        Tensor weight = Tensor.rand(5);
        for (NegativeLogs.Result result : NegativeLogs.Result.values()) {
            for (Tensor w : new Tensor[] {null, weight}) {
                Tensor x = logs.clone().requiresGrad(true);
                Tensor y = NegativeLogs.of("nll_loss", x, target, w, 1, -100, result);
                Tensor wide = logs.to(DType.BFLOAT16).to(DType.FLOAT32).clone().requiresGrad(true);
                Tensor z = NegativeLogs.of(
                        "nll_loss", wide.to(DType.BFLOAT16), target, w, 1, -100, result); // the composition
                assertThat(y.sub(z.to(DType.FLOAT32)).abs().max().item()).isLessThan(0.3);
                y.sum().backward();
                z.to(DType.FLOAT32).sum().backward();
                assertThat(x.grad().sub(wide.grad()).abs().max().item()).isLessThan(0.02);
                assertThat(x.grad().select(0, 2).abs().max().item()).isZero();
            }
        }
        assertThatThrownBy(() ->
                        NegativeLogs.of("nll_loss", logs, target.fill_(5), null, 1, -100, NegativeLogs.Result.EACH))
                .hasMessageContaining("target 5 is out of bounds; expected classes from 0 to 4");
    }

    @Test
    void borders() {
        Tensor x = Tensor.arange(12).to(DType.FLOAT32).reshape(1, 3, 4);
        assertThat(Border.around(x, new long[] {2, 1, 1, 2}, Border.Mode.REFLECT, 0)
                        .select(1, 0)
                        .toFloatArray())
                .containsExactly(6, 5, 4, 5, 6, 7, 6);
        assertThat(Border.around(x, new long[] {1, 2}, Border.Mode.REPLICATE, 0)
                        .select(1, 2)
                        .toFloatArray())
                .containsExactly(8, 8, 9, 10, 11, 11, 11);
        assertThat(Border.around(x, new long[] {1, 4}, Border.Mode.CIRCULAR, 0)
                        .select(1, 0)
                        .toFloatArray())
                .containsExactly(3, 0, 1, 2, 3, 0, 1, 2, 3);
        assertThat(Border.around(x, new long[] {1, 0, 0, 1}, Border.Mode.CONSTANT, 9)
                        .select(1, 3)
                        .toFloatArray())
                .containsExactly(9, 9, 9, 9, 9);
        for (Border.Mode mode : Border.Mode.values()) {
            Tensor y = x.clone().requiresGrad(true);
            Border.around(y, new long[] {2, 1, 1, 2}, mode, 0).sum().backward();
            double all = mode == Border.Mode.CONSTANT ? 12 : 6 * 7;
            assertThat(y.grad().sum().item()).isEqualTo(all);
        }
    }
}
