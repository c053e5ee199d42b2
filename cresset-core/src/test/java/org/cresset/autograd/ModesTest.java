package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Modes of recording, which belong to a block of one thread. */
class ModesTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad(true);
    }

    @Test
    void noGradRecordsNothingAndEnableGradInsideDoes() {
        Tensor x = leaf(1);
        Tensor outside = Autograd.noGrad((Supplier<Tensor>) () -> {
            assertThat(Autograd.isGradEnabled()).isFalse();
            Tensor inside = Autograd.enableGrad(() -> x.mul(2));
            assertThat(inside.requiresGrad()).isTrue();
            return x.mul(2);
        });
        assertThat(outside.requiresGrad()).isFalse();
        assertThat(Autograd.isGradEnabled()).isTrue();
    }

    @Test
    void anErrorEndsTheModeToo() {
        assertThatThrownBy(() -> Autograd.noGrad((Runnable) () -> {
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThat(Autograd.isGradEnabled()).isTrue();
    }

    @Test
    void detachedTensorsShareMemoryButNoHistory() {
        Tensor x = leaf(1, 2);
        Tensor d = x.detach();
        assertThat(d.requiresGrad()).isFalse();
        d.add_(10);
        assertThat(x.toDoubleArray()).containsExactly(11, 12);
        Tensor y = x.mul(x.detach()).sum();
        y.backward();
        assertThat(x.grad()).isNotNull();
        assertThat(x.grad().toDoubleArray()).containsExactly(11, 12);
    }

    @Test
    void tensorsOfInferenceModeStayOutOfRecording() {
        Tensor x = leaf(2);
        Tensor made = Autograd.inferenceMode(() -> x.mul(3));
        assertThat(made.requiresGrad()).isFalse();
        assertThat(made.toDoubleArray()).containsExactly(6);
        assertThatThrownBy(() -> made.requiresGrad(true))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("inference");
        assertThatThrownBy(() -> made.add_(1)).hasMessageContaining("inference");
        assertThatThrownBy(() -> made.mul(x)).hasMessageContaining("inference");
        assertThat(made.clone().mul(x).requiresGrad()).isTrue();
        assertThat(made.add(1).toDoubleArray()).containsExactly(7);
    }

    @Test
    void eachThreadHasItsOwnMode() throws InterruptedException, ExecutionException {
        Tensor x = leaf(1);
        CountDownLatch inside = new CountDownLatch(1);
        AtomicBoolean other = new AtomicBoolean();
        FutureTask<Boolean> recording = new FutureTask<>(() -> {
            inside.await(10, TimeUnit.SECONDS);
            return x.mul(2).requiresGrad();
        });
        Thread.ofPlatform().start(recording);
        Autograd.noGrad(() -> {
            inside.countDown();
            try {
                other.set(recording.get(10, TimeUnit.SECONDS));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            assertThat(x.mul(2).requiresGrad()).isFalse();
        });
        assertThat(other).isTrue();
    }

    @Test
    void threadsMayReadOneTensorAtATime() throws Exception {
        Tensor w = Tensor.randn(64, 64);
        double expected = w.matmul(w).sum().item();
        FutureTask<Boolean>[] tasks = tasks(w, expected);
        for (FutureTask<Boolean> t : tasks) {
            Thread.ofPlatform().start(t);
        }
        for (FutureTask<Boolean> t : tasks) {
            assertThat(t.get(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @SuppressWarnings("unchecked")
    private static FutureTask<Boolean>[] tasks(Tensor w, double expected) {
        FutureTask<Boolean>[] tasks = new FutureTask[4];
        for (int k = 0; k < tasks.length; k++) {
            tasks[k] = new FutureTask<>(() -> {
                boolean same = true;
                for (int i = 0; i < 200; i++) {
                    Tensor mine = w.clone().requiresGrad(true);
                    Tensor y = w.matmul(mine).sum();
                    y.backward();
                    Tensor g = mine.grad();
                    same &= w.matmul(w).sum().item() == expected && g != null && g.size(0) == 64;
                }
                return same;
            });
        }
        return tasks;
    }
}
