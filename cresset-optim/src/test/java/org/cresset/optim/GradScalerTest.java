package org.cresset.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Expected numbers from PyTorch 2.13's torch.amp.GradScaler. */
class GradScalerTest {
    private final Tensor p = Tensor.of(1f, 2f).requiresGrad(true);
    private final Optimizer opt = new SGD(List.of(p), 0.1);

    private boolean step(GradScaler s, double factor) {
        opt.zeroGrad();
        s.scale(p.mul(factor).sum()).backward();
        boolean made = s.step(opt);
        s.update();
        return made;
    }

    @Test
    void theScaleFollowsTheGradients() {
        var s = new GradScaler(8, 2, 0.5, 2, true);
        double[] factors = {1, 2, Double.POSITIVE_INFINITY, 3, 0.5, 1.5};
        double[] scales = {8, 16, 8, 8, 16, 16};
        double[] values = {
            0.8999999761581421,
            0.699999988079071,
            0.699999988079071,
            0.3999999761581421,
            0.34999996423721313,
            0.19999995827674866
        };
        for (int i = 0; i < factors.length; i++) {
            assertThat(step(s, factors[i])).isEqualTo(i != 2);
            assertThat(s.getScale()).isEqualTo(scales[i]);
            assertThat(p.detach().get(0).item()).isCloseTo(values[i], within(1e-7));
        }
        assertThat(s.stateDict())
                .isEqualTo(Map.of(
                        "scale", 16.0,
                        "growth_factor", 2.0,
                        "backoff_factor", 0.5,
                        "growth_interval", 2,
                        "_growth_tracker", 1));
        var other = new GradScaler();
        other.loadStateDict(s.stateDict());
        assertThat(other.stateDict()).isEqualTo(s.stateDict());
    }

    @Test
    void gradientsAreUnscaledOnce() {
        var s = new GradScaler(1024, 2, 0.5, 2000, true);
        s.scale(p.mul(3).sum()).backward();
        assertThat(p.grad().get(0).item()).isEqualTo(3072);
        s.unscale_(opt);
        assertThat(p.grad().get(0).item()).isEqualTo(3);
        assertThatThrownBy(() -> s.unscale_(opt))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("already");
        assertThat(s.step(opt)).isTrue();
        assertThat(p.detach().get(0).item()).isCloseTo(0.7, within(1e-6));
        assertThatThrownBy(() -> s.step(opt)).hasMessageContaining("already");
        assertThatThrownBy(() -> s.unscale_(opt)).hasMessageContaining("after step");
        s.update();
        assertThatThrownBy(s::update).hasMessageContaining("no gradients");
    }

    @Test
    void misuseIsTold() {
        var s = new GradScaler();
        assertThatThrownBy(() -> s.step(opt)).hasMessageContaining("scale() was not called");
        assertThatThrownBy(() -> s.loadStateDict(Map.of())).hasMessageContaining("empty");
        assertThatThrownBy(() -> new GradScaler(1, 1, 0.5, 1, true)).hasMessageContaining("growthFactor");
        Tensor h = Tensor.of(1f).to(DType.FLOAT16).requiresGrad(true);
        Optimizer half = new SGD(List.of(h), 0.1);
        s.scale(h.sum()).backward();
        assertThatThrownBy(() -> s.step(half)).hasMessageContaining("float16");
        var off = new GradScaler(1, 1, 2, 1, false);
        assertThat(off.scale(p)).isSameAs(p);
        assertThat(off.stateDict()).isEmpty();
        assertThat(off.getScale()).isEqualTo(1);
    }
}
