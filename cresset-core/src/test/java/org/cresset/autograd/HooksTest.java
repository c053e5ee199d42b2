package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Functions that see gradients on their way. */
class HooksTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad(true);
    }

    private static double[] grad(Tensor t) {
        assertThat(t.grad()).isNotNull();
        return t.grad().toDoubleArray();
    }

    @Test
    void aHookSeesTheGradientAndMayReplaceIt() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3);
        List<double[]> seen = new ArrayList<>();
        Autograd.registerHook(y, g -> {
            seen.add(g.toDoubleArray());
            return g.mul(10);
        });
        y.mul(2).sum().backward();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).containsExactly(2, 2);
        assertThat(grad(x)).containsExactly(60, 60);
    }

    @Test
    void hooksOfLeavesRunBeforeAccumulatingAndInOrder() {
        Tensor x = leaf(1);
        Autograd.registerHook(x, g -> g.add(1));
        Autograd.registerHook(x, g -> g.mul(100));
        Autograd.registerHook(x, g -> null);
        x.mul(2).sum().backward();
        assertThat(grad(x)).containsExactly(300);
    }

    @Test
    void aRemovedHookIsGone() {
        Tensor x = leaf(1);
        Autograd.HookHandle h = Autograd.registerHook(x, g -> g.mul(100));
        h.remove();
        x.mul(2).sum().backward();
        assertThat(grad(x)).containsExactly(2);
    }

    @Test
    void aHookSeesTheSumOfAllUses() {
        Tensor x = leaf(1);
        Tensor y = x.mul(1);
        List<Double> seen = new ArrayList<>();
        Autograd.registerHook(y, g -> {
            seen.add(g.item());
            return null;
        });
        y.mul(2).add(y.mul(5)).sum().backward();
        assertThat(seen).containsExactly(7.0);
    }

    @Test
    void onlyTheOutputThatWasHookedIsSeen() {
        Tensor x = leaf(3, 1, 2);
        Tensor[] parts = x.unbind(0);
        List<Double> seen = new ArrayList<>();
        Autograd.registerHook(parts[1], g -> {
            seen.add(g.item());
            return g.mul(-1);
        });
        parts[0].mul(2).add(parts[1].mul(5)).backward();
        assertThat(seen).containsExactly(5.0);
        assertThat(grad(x)).containsExactly(2, -5, 0);
    }

    @Test
    void retainedGradientsOfWhatIsNoLeaf() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3);
        Tensor plain = y.mul(2);
        Autograd.retainGrad(y);
        plain.sum().backward();
        assertThat(grad(y)).containsExactly(2, 2);
        assertThat(plain.grad()).isNull();
        assertThat(grad(x)).containsExactly(6, 6);
    }

    @Test
    void tensorsWithoutGradientTakeNoHook() {
        assertThatThrownBy(() -> Autograd.registerHook(Tensor.of(1.0), g -> g)).hasMessageContaining("register_hook");
    }
}
