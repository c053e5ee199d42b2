package org.cresset.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ReproducibleTest {
    @Test
    void blocksDrawFromGeneratorsOfTheirOwn() {
        byte[] before = Generator.defaultGenerator().getState();
        Tensor a = Reproducible.call(7, () -> Tensor.rand(5));
        Tensor b = Reproducible.call(7, () -> {
            Tensor first = Tensor.rand(5);
            assertThat(Reproducible.isOn()).isTrue();
            Tensor other = Reproducible.call(8, () -> Tensor.rand(5));
            assertThat(other.toDoubleArray()).isNotEqualTo(first.toDoubleArray());
            return first;
        });
        assertThat(a.toDoubleArray()).containsExactly(b.toDoubleArray());
        Tensor seeded = Tensor.zeros(5).uniform_(0, 1, Generator.ofSeed(7));
        assertThat(a.toDoubleArray()).containsExactly(seeded.toDoubleArray());
        assertThat(Generator.defaultGenerator().getState()).isEqualTo(before);
        assertThat(Reproducible.isOn()).isFalse();
    }

    @Test
    void memoryOfUnknownContentIsTheSameAlways() {
        Reproducible.run(0, () -> {
            assertThat(Tensor.empty(DType.FLOAT32, 3).isnan().all().itemBoolean())
                    .isTrue();
            assertThat(Tensor.empty(DType.COMPLEX64, 3).isnan().all().itemBoolean())
                    .isTrue();
            assertThat(Tensor.empty(DType.INT64, 2).toLongArray()).containsOnly(Long.MAX_VALUE);
            assertThat(Tensor.empty(DType.UINT8, 2).toLongArray()).containsOnly(255);
            assertThat(Tensor.empty(DType.BOOL, 2).all().itemBoolean()).isTrue();
        });
    }

    @Test
    void unpredictableSeedsAreRefused() {
        Generator own = Generator.ofSeed(1);
        Reproducible.run(0, () -> assertThatThrownBy(own::seed)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("manualSeed"));
        assertThat(own.initialSeed()).isEqualTo(1);
        own.seed();
    }

    /** oneDNN rounds the last of these differently for 17 rows or 19 of them at once than for all. */
    @Test
    void productsDoNotDependOnTheNumberOfThreads() {
        int before = Workers.threads();
        long[][] shapes = {{1, 129, 17, 1098}, {1, 300, 301, 517}, {1, 16, 700, 900}, {9, 40, 41, 301}, {3, 200, 7, 999}
        };
        try {
            for (long[] s : shapes) {
                Tensor a = Tensor.zeros(s[0], s[1], s[3]).normal_(0, 1, Generator.ofSeed(1));
                Tensor b = Tensor.zeros(s[0], s[3], s[2]).normal_(0, 1, Generator.ofSeed(2));
                Tensor expected = null;
                for (int threads : new int[] {1, 2, 3, 4, 7}) {
                    Workers.setThreads(threads);
                    Tensor c = Reproducible.call(0, () -> a.matmul(b));
                    expected = expected == null ? c : expected;
                    assertThat(c.toDoubleArray()).as("%d threads", threads).containsExactly(expected.toDoubleArray());
                }
            }
        } finally {
            Workers.setThreads(before);
        }
    }

    private static Tensor train(Tensor start) {
        Tensor w = start.clone().requiresGrad(true);
        for (int i = 0; i < 3; i++) {
            Tensor x = Tensor.randn(4, 6);
            x.matmul(w).relu().sum().backward();
            w = w.detach().sub(w.grad().mul(0.1)).requiresGrad(true);
        }
        return w;
    }

    @Test
    void aCheckOfWhatRepeatsGivesItsResult() {
        Tensor start = Tensor.ones(6, 5);
        Tensor w = Reproducible.check(3, new int[] {1, 2, 4}, () -> train(start));
        Tensor alone = Reproducible.call(3, () -> train(start));
        assertThat(w.toDoubleArray()).containsExactly(alone.toDoubleArray());
    }

    @Test
    void aCheckNamesTheOperationWhoseRandomNumbersAreNotSeeded() {
        Generator own = Generator.ofSeed(1);
        Tensor p = Tensor.full(Tensor.ones(64).shape(), 0.5, DType.FLOAT32);
        assertThatThrownBy(() ->
                        Reproducible.check(0, () -> p.exp().log().bernoulli(own).sum()))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("bernoulli: output 0 of float32(64,) has other bits in run 2")
                .hasMessageContaining("operation 3")
                .hasMessageContaining("seed their generator");
    }

    @Test
    void aCheckNamesDataThatAreNotTheSame() {
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() ->
                        Reproducible.check(0, () -> Tensor.ones(3).mul(Tensor.of(1f, 2f, runs.getAndIncrement()))))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("mul: operand 1 of float32(3,), float32(3,) has other bits in run 2");
    }

    @Test
    void aCheckNamesAnotherCourse() {
        Tensor x = Tensor.ones(2);
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> Reproducible.check(0, () -> runs.getAndIncrement() == 0 ? x.exp() : x.log()))
                .hasMessageContaining("log of float32(2,) instead of exp of float32(2,)");
        runs.set(0);
        assertThatThrownBy(() -> Reproducible.check(
                        0, () -> runs.getAndIncrement() == 0 ? x.exp().log() : x.exp()))
                .hasMessageContaining("it ended instead of log of float32(2,)");
        assertThatThrownBy(() -> Reproducible.check(0, new int[] {1}, () -> x)).hasMessageContaining("at least 2");
    }
}
