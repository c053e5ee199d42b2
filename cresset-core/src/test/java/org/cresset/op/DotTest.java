package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.cresset.autograd.Func;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Inner products of float32. */
class DotTest {
    @Test
    void longVectorsViewsAndThreads() {
        Tensor.manualSeed(3);
        Tensor both = Tensor.randn(200_001, 2);
        Tensor a = both.select(1, 0);
        Tensor b = both.select(1, 1);
        double exact = a.to(DType.FLOAT64).mul(b.to(DType.FLOAT64)).sum().item();
        double result = a.dot(b).item();
        assertThat(result).isCloseTo(exact, within(1e-3));
        assertThat(a.contiguous().dot(b.contiguous()).item()).isEqualTo(result);
        int threads = Workers.threads();
        try {
            Workers.setThreads(threads == 1 ? 2 : 1);
            assertThat(a.dot(b).item()).isEqualTo(result);
        } finally {
            Workers.setThreads(threads);
        }
        assertThat(Tensor.zeros(0).dot(Tensor.zeros(0)).item()).isZero();
    }

    @Test
    void gradientsAndBatches() {
        Tensor a = Tensor.of(1f, 2f).requiresGrad(true);
        Tensor b = Tensor.of(3f, 4f).requiresGrad(true);
        a.dot(b).backward();
        assertThat(a.grad().toFloatArray()).containsExactly(3, 4);
        assertThat(b.grad().toFloatArray()).containsExactly(1, 2);
        a.setGrad(null);
        a.dot(a).backward();
        assertThat(a.grad().toFloatArray()).containsExactly(2, 4);
        Tensor rows = Tensor.of(new float[][] {{1, 2}, {3, 4}});
        Tensor each = Func.vmap(
                x -> new Tensor[] {x[0].dot(x[1])}, new Tensor[] {rows, b.detach()}, new int[] {0, Func.NOT_MAPPED})[0];
        assertThat(each.toFloatArray()).containsExactly(11, 25);
    }
}
