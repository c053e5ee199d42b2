package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.cresset.base.CressetException;
import org.cresset.registry.Operators;
import org.cresset.tensor.Index;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Changes in place inside a recorded computation. */
class InPlaceGradTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad(true);
    }

    private static double[] grad(Tensor t) {
        assertThat(t.grad()).isNotNull();
        return t.grad().toDoubleArray();
    }

    @Test
    void whatTheDerivativeNeedsMustNotChange() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2);
        Tensor z = y.mul(y).sum();
        y.add_(1);
        assertThatThrownBy(z::backward)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("mul")
                .hasMessageContaining("changed in place")
                .hasMessageContaining("version 1")
                .hasMessageContaining("expected 0");
    }

    /** A change of what isn't recorded by what is. */
    @Test
    void byNameOperandsAreRecorded() {
        Tensor x = leaf(1, 2);
        Tensor y = Tensor.of(3.0, 4.0);
        Operators.standard().get("mul_").call(y, x);
        assertThat(y.toDoubleArray()).containsExactly(3, 8);
        y.sum().backward();
        assertThat(grad(x)).containsExactly(3, 4);
    }

    @Test
    void whatItDoesNotNeedMay() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2);
        Tensor z = y.add(1).sum();
        y.add_(100);
        z.backward();
        assertThat(grad(x)).containsExactly(2, 2);
    }

    @Test
    void aChangeThroughAViewCountsForTheWhole() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2);
        Tensor z = y.exp().mul(y).sum();
        y.narrow(0, 0, 1).fill_(0);
        assertThatThrownBy(z::backward).hasMessageContaining("changed in place");
    }

    @Test
    void theHistoryGoesOnThroughTheChange() {
        Tensor x = leaf(1, 2, 3);
        Tensor y = x.mul(1);
        y.mul_(y.detach().clone());
        y.add_(x);
        y.exp_();
        y.sum().backward();
        // exp(a x + x) with a = x held fast.
        assertThat(grad(x)).containsExactly(2 * Math.exp(2), 3 * Math.exp(6), 4 * Math.exp(12));
    }

    @Test
    void aChangedViewChangesTheHistoryOfItsBase() {
        Tensor x = leaf(1, 2, 3, 4);
        Tensor w = leaf(10);
        Tensor y = x.mul(1);
        y.narrow(0, 1, 2).mul_(w);
        y.mul(y).sum().backward();
        assertThat(grad(x)).containsExactly(2, 400, 600, 8);
        assertThat(grad(w)).containsExactly(2 * 10 * (4 + 9));
    }

    @Test
    void viewsMadeBeforeSeeTheChange() {
        Tensor x = leaf(1, 2, 3, 4);
        Tensor y = x.mul(1);
        Tensor view = y.view(2, 2).select(0, 1);
        y.mul_(5);
        view.sum().backward();
        assertThat(view.toDoubleArray()).containsExactly(15, 20);
        assertThat(grad(x)).containsExactly(0, 0, 5, 5);
    }

    @Test
    void assigningToAnIndex() {
        Tensor x = leaf(1, 2, 3, 4);
        Tensor v = leaf(7, 8);
        Tensor y = x.mul(1);
        y.set(Index.slice(1, 3), v.mul(2));
        y.mul(Tensor.of(1.0, 10.0, 100.0, 1000.0)).sum().backward();
        assertThat(y.toDoubleArray()).containsExactly(1, 14, 16, 4);
        assertThat(grad(x)).containsExactly(1, 0, 0, 1000);
        assertThat(grad(v)).containsExactly(20, 200);
    }

    @Test
    void fillingCutsOffTheHistory() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3);
        y.zero_();
        y.add_(x).sum().backward();
        assertThat(grad(x)).containsExactly(1, 1);
    }

    @Test
    void leavesAreProtectedWhileRecording() {
        List<Consumer<Tensor>> changes =
                List.of(t -> t.add_(1), t -> t.zero_(), t -> t.narrow(0, 0, 1).mul_(2), t -> t.set(0, 1));
        for (Consumer<Tensor> change : changes) {
            Tensor x = leaf(1, 2);
            assertThatThrownBy(() -> change.accept(x))
                    .isInstanceOf(CressetException.class)
                    .hasMessageContaining("leaf")
                    .hasMessageContaining("noGrad");
            Autograd.noGrad(() -> change.accept(x));
            assertThat(x.requiresGrad()).isTrue();
        }
    }

    @Test
    void resultsMustFit() {
        Tensor x = Tensor.zeros(2);
        assertThatThrownBy(() -> x.add_(Tensor.zeros(3, 2))).hasMessageContaining("(3, 2)");
        assertThatThrownBy(() -> Tensor.of(1, 2).add_(0.5)).hasMessageContaining("int32");
        assertThatThrownBy(() -> Tensor.of(1, 2).sqrt_()).hasMessageContaining("float32");
        x.add_(Tensor.of(1.0, 2.0));
        assertThat(x.toFloatArray()).containsExactly(1, 2);
    }
}
