package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Gradients that only the engine knew go back to the pool at once; those that somebody may have kept do not. */
class GradientMemoryTest {
    private static final long N = 1 << 16;

    private static Storage storage(Tensor t) {
        return t.dense("test").storage();
    }

    @Test
    void aGradientThatNobodyAskedForIsFreedWhenItIsTakenAway() {
        Tensor x = Tensor.ones(N).requiresGrad(true);
        x.mul(3).sum().backward();
        Storage s = storage(Objects.requireNonNull(x.dense("test").gradient().tensor()));
        assertThat(s.isFreed()).isFalse();
        x.setGrad(null);
        assertThat(s.isFreed()).isTrue();
    }

    @Test
    void aGradientThatWasAskedForStays() {
        Tensor x = Tensor.ones(N).requiresGrad(true);
        x.mul(3).sum().backward();
        Tensor mine = x.grad();
        x.setGrad(null);
        assertThat(mine.sum().item()).isEqualTo(3.0 * N);
        Tensor given = Tensor.ones(N);
        x.setGrad(given);
        x.setGrad(null);
        assertThat(given.sum().item()).isEqualTo(N);
    }

    @Test
    void gradientsOnTheirWayAreFreedUnlessAHookSawThem() {
        Tensor x = Tensor.ones(N).requiresGrad(true);
        Tensor y = x.mul(2);
        List<Tensor> seen = new ArrayList<>();
        Autograd.registerHook(y, g -> {
            seen.add(g);
            return null;
        });
        y.tanh().mul(5).sum().backward();
        double expected = 5 * (1 - Math.tanh(2) * Math.tanh(2));
        assertThat(seen.getFirst().mean().item()).isCloseTo(expected, within(1e-5));
        assertThat(x.grad().mean().item()).isCloseTo(2 * expected, within(1e-5));
    }

    @Test
    void aLongChainNeedsNoMoreMemoryGoingBackThanGoingForth() {
        Tensor x = Tensor.ones(N).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 40; i++) {
            y = y.add(1); // saves nothing
        }
        Tensor loss = y.sum();
        long before = Memory.liveBytes();
        loss.backward();
        assertThat(Memory.liveBytes() - before).isLessThan(6 * 4 * N);
    }

    @Test
    void aFunctionOfOnesOwnMayKeepWhatItReturned() {
        List<Tensor> kept = new ArrayList<>();
        CustomFunction twice = new CustomFunction() {
            @Override
            protected Tensor[] forward(Call call, Tensor[] in) {
                return new Tensor[] {in[0].mul(2)};
            }

            @Override
            protected Tensor[] backward(Call call, Tensor[] grads) {
                Tensor g = grads[0].mul(2);
                kept.add(g);
                return new Tensor[] {g};
            }
        };
        Tensor x = Tensor.ones(N).requiresGrad(true);
        twice.apply(x.mul(1)).sum().backward();
        x.setGrad(null);
        assertThat(kept.getFirst().sum().item()).isEqualTo(2.0 * N);
    }
}
