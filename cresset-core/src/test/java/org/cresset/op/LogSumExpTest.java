package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The kernel for float32 against float64, which is composed of other operations. */
class LogSumExpTest {
    @Test
    void asComposed() {
        Tensor.manualSeed(6);
        Tensor x = Tensor.randn(5, 40, 70).mul(20);
        x.select(0, 0).select(0, 0).fill_(Double.NEGATIVE_INFINITY);
        x.select(0, 0).select(0, 1).fill_(Double.POSITIVE_INFINITY);
        x.select(0, 0).select(0, 2).select(0, 3).fill_(Double.NaN);
        x.select(0, 1).select(0, 1).select(0, 5).fill_(Double.POSITIVE_INFINITY);
        x.select(0, 1).select(0, 2).select(0, 5).fill_(Double.NEGATIVE_INFINITY);
        for (Tensor t : new Tensor[] {x, x.transpose(0, 2), x.narrow(2, 3, 50), x.flip(1)}) {
            for (long[] dims : new long[][] {{2}, {1, 2}, {0, 1, 2}, {0}, {-1}}) {
                Tensor a = t.logsumexp(dims, false);
                Tensor b = t.to(DType.FLOAT64).logsumexp(dims, false);
                assertThat(a.shape()).isEqualTo(b.shape());
                assertThat(a.isnan().ne(b.isnan()).any().item()).isZero();
                assertThat(a.isinf().ne(b.isinf()).any().item()).isZero();
                Tensor far = a.to(DType.FLOAT64).sub(b).nanToNum(0.0, 0.0, 0.0).abs();
                assertThat(far.max().item()).isLessThan(2e-5);
            }
        }
        Tensor one = x.narrow(0, 2, 2).detach().requiresGrad(true);
        Tensor g = Autograd.grad(one.logsumexp(new long[] {2}, true).sum(), one)[0];
        assertThat(g.sub(one.softmax(2)).abs().max().item()).isLessThan(1e-5);
    }
}
