package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Backward: what it fills, what it frees, what it refuses. */
class BackwardTest {
    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad(true);
    }

    private static double[] values(Tensor t) {
        assertThat(t).isNotNull();
        return t.toDoubleArray();
    }

    @Test
    void fillsTheGradientsOfLeaves() {
        Tensor x = leaf(1, 2, 3);
        Tensor w = leaf(4, 5, 6);
        Tensor constant = Tensor.of(1.0, 1.0, 1.0);
        Tensor y = x.mul(w).add(constant).sum();
        y.backward();
        assertThat(values(x.grad())).containsExactly(4, 5, 6);
        assertThat(values(w.grad())).containsExactly(1, 2, 3);
        assertThat(constant.grad()).isNull();
        assertThat(x.isLeaf()).isTrue();
        assertThat(y.isLeaf()).isFalse();
        assertThat(y.requiresGrad()).isTrue();
    }

    @Test
    void gradientsAddUpOverCallsAndUses() {
        Tensor x = leaf(2);
        x.mul(x).sum().backward();
        x.mul(3).sum().backward();
        assertThat(values(x.grad())).containsExactly(7);
        x.setGrad(null);
        assertThat(x.grad()).isNull();
        x.add(x).add(x).sum().backward();
        assertThat(values(x.grad())).containsExactly(3);
    }

    /** As PyTorch's: zeros and not nothing, whatever comes back. */
    @Test
    void gradientsOfWhatIsConstantAreZeros() {
        for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(
                Tensor::sign, Tensor::sgn, Tensor::floor, Tensor::ceil, Tensor::round, Tensor::trunc)) {
            Tensor x = leaf(-1.5, 2.5);
            Tensor y = f.apply(x);
            assertThat(y.requiresGrad()).isTrue();
            y.backward(Tensor.of(Double.POSITIVE_INFINITY, 1));
            assertThat(values(x.grad())).containsOnly(0);
        }
        Tensor a = leaf(1, 2);
        Tensor b = leaf(-3, 4);
        a.copysign(b).sum().backward();
        assertThat(values(a.grad())).containsExactly(-1, 1);
        assertThat(values(b.grad())).containsExactly(0, 0);
        a.nextafter(b).sum().backward();
        assertThat(values(b.grad())).containsExactly(0, 0);
    }

    @Test
    void whatWasAccumulatedIsNotTheGraphsOwn() {
        Tensor x = leaf(1, 2);
        Tensor seed = Tensor.of(1.0, 1.0);
        x.alias().backward(seed);
        x.alias().backward(seed);
        assertThat(values(x.grad())).containsExactly(2, 2);
        assertThat(seed.toDoubleArray()).containsExactly(1, 1);
    }

    @Test
    void takesAGradientForOutputsOfSeveralElements() {
        Tensor x = leaf(1, 2, 3);
        x.mul(x).backward(Tensor.of(1.0, 0.0, 10.0));
        assertThat(values(x.grad())).containsExactly(2, 0, 60);
        assertThatThrownBy(() -> x.mul(2).backward())
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("(3,)");
        assertThatThrownBy(() -> x.mul(2).backward(Tensor.ones(2))).hasMessageContaining("(2,)");
    }

    @Test
    void aFreedGraphSaysSo() {
        Tensor x = leaf(1, 2);
        Tensor y = x.exp().sum();
        y.backward();
        assertThatThrownBy(y::backward)
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("second time")
                .hasMessageContaining("retainGraph");
    }

    @Test
    void aRetainedGraphRunsAgain() {
        Tensor x = leaf(0, 1);
        Tensor y = x.exp().sum();
        Autograd.backward(y, null, true, false);
        Autograd.backward(y, null, true, false);
        y.backward();
        assertThat(values(x.grad())).containsExactly(3, 3 * Math.exp(1));
    }

    @Test
    void gradGivesWhatIsAskedForAlone() {
        Tensor x = leaf(3);
        Tensor w = leaf(5);
        Tensor mid = x.mul(w);
        Tensor y = mid.mul(mid).sum();
        Tensor[] g = Autograd.grad(y, mid, x);
        assertThat(values(g[0])).containsExactly(30);
        assertThat(values(g[1])).containsExactly(150);
        assertThat(x.grad()).isNull();
        assertThat(w.grad()).isNull();
    }

    @Test
    void unusedInputsGiveAnErrorOrNull() {
        Tensor x = leaf(1);
        Tensor other = leaf(1);
        assertThatThrownBy(() -> Autograd.grad(x.mul(2).sum(), other))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("input 0")
                .hasMessageContaining("allowUnused");
        Tensor[] g = Autograd.grad(
                new Tensor[] {x.mul(2).sum()}, new Tensor[] {x, other}, new Tensor[1], false, false, true);
        assertThat(values(g[0])).containsExactly(2);
        assertThat(g[1]).isNull();
        assertThatThrownBy(() -> Autograd.grad(x.sum(), Tensor.of(1.0))).hasMessageContaining("requiresGrad");
    }

    @Test
    void higherDerivatives() {
        Tensor x = leaf(2);
        Tensor y = x.pow(4).sum();
        Tensor first = recordedGrad(y, x);
        Tensor second = recordedGrad(first.sum(), x);
        Tensor third = recordedGrad(second.sum(), x);
        assertThat(values(first)).containsExactly(32);
        assertThat(values(second)).containsExactly(48);
        assertThat(values(third)).containsExactly(48);
        third.sum().backward();
        assertThat(values(x.grad())).containsExactly(24);
    }

    private static Tensor recordedGrad(Tensor y, Tensor x) {
        return Autograd.grad(new Tensor[] {y}, new Tensor[] {x}, new Tensor[1], true, true, false)[0];
    }

    @Test
    void backwardThroughARecordedGradient() {
        Tensor x = leaf(1, 2);
        Tensor y = x.pow(3).sum();
        Autograd.backward(y, null, false, true);
        Tensor g = x.grad();
        assertThat(g).isNotNull();
        assertThat(g.requiresGrad()).isTrue();
        Tensor second = Autograd.grad(g.sum(), x)[0];
        assertThat(values(second)).containsExactly(6, 12);
    }

    @Test
    void broadcastOperandsGetGradientsOfTheirShape() {
        Tensor a = Tensor.ones(Shape.of(3, 1), DType.FLOAT64).requiresGrad(true);
        Tensor b = Tensor.ones(Shape.of(4), DType.FLOAT64).requiresGrad(true);
        a.mul(b).mul(2).sum().backward();
        assertThat(a.grad()).isNotNull();
        assertThat(a.grad().shape()).isEqualTo(a.shape());
        assertThat(values(a.grad())).containsOnly(8);
        assertThat(values(b.grad())).containsExactly(6, 6, 6, 6);
    }

    @Test
    void severalOutputsAtOnce() {
        Tensor x = leaf(1, 5, 3);
        Tensor[] sorted = x.sort(0);
        sorted[0].mul(Tensor.of(1.0, 10.0, 100.0)).sum().backward();
        assertThat(values(x.grad())).containsExactly(1, 100, 10);
        Tensor y = leaf(1);
        Autograd.backward(new Tensor[] {y.mul(2).sum(), y.mul(3).sum()}, new Tensor[2], false, false);
        assertThat(values(y.grad())).containsExactly(5);
    }

    @Test
    void deepGraphsNeedNoStack() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 100_000; i++) {
            y = y.add(1e-9);
        }
        y.sum().backward();
        assertThat(values(x.grad())).containsExactly(1);
    }

    @Test
    void onlyFloatingPointCanRequireAGradient() {
        assertThatThrownBy(() -> Tensor.of(1, 2).requiresGrad(true)).hasMessageContaining("int32");
        assertThatThrownBy(() -> Tensor.of(1.0).sum().backward()).hasMessageContaining("does not require a gradient");
        Tensor made = leaf(1).mul(2);
        assertThatThrownBy(() -> made.requiresGrad(false)).hasMessageContaining("detach");
        assertThatThrownBy(() -> leaf(1, 2).setGrad(Tensor.of(1.0))).hasMessageContaining("doesn't fit");
    }

    @Test
    void leavesOfHalfPrecisionGetGradientsOfTheirs() {
        Tensor x = Tensor.of(1f, 2f).to(DType.BFLOAT16).detach().requiresGrad(true);
        x.to(DType.FLOAT32).mul(x).sum().backward();
        assertThat(x.grad()).isNotNull();
        assertThat(x.grad().dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(values(x.grad())).containsExactly(2, 4);
    }
}
