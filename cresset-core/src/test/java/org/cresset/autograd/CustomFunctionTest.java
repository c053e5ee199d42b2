package org.cresset.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Functions with a derivative of their own. */
class CustomFunctionTest {
    /** The exponential, by way of its result. */
    private static final class Exponential extends CustomFunction {
        @Override
        protected Tensor[] forward(Call call, Tensor[] inputs) {
            Tensor y = inputs[0].exp();
            call.saveForBackward(y);
            return new Tensor[] {y};
        }

        @Override
        protected Tensor[] backward(Call call, Tensor[] gradOutputs) {
            return new Tensor[] {gradOutputs[0].mul(call.savedTensors()[0])};
        }
    }

    /** A product and a quotient of two tensors; {@code wrong} gradients have a wrong number or shape. */
    private static final class Pair extends CustomFunction {
        private final String wrong;

        Pair(String wrong) {
            this.wrong = wrong;
        }

        @Override
        protected Tensor[] forward(Call call, Tensor[] in) {
            call.saveForBackward(in);
            call.set("kept");
            return new Tensor[] {in[0].mul(in[1]), in[0].div(in[1])};
        }

        @Override
        protected @Nullable Tensor[] backward(Call call, Tensor[] g) {
            assertThat(call.get()).isEqualTo("kept");
            Tensor x = call.savedTensors()[0];
            Tensor y = call.savedTensors()[1];
            Tensor dx = g[0].mul(y).add(g[1].div(y));
            Tensor dy = g[0].mul(x).sub(g[1].mul(x).div(y.mul(y)));
            return switch (wrong) {
                case "number" -> new Tensor[] {dx};
                case "shape" -> new Tensor[] {dx.sum(), dy};
                case "none" -> new Tensor[] {dx, null};
                default -> new Tensor[] {dx, dy};
            };
        }
    }

    private static Tensor leaf(double... v) {
        return Tensor.of(v).requiresGrad(true);
    }

    @Test
    void derivativesOfBothOrdersAndForwardMode() {
        Exponential exp = new Exponential();
        Func.Many f = in -> exp.applyAll(in);
        GradCheck.gradcheck(f, leaf(0.3, -1));
        GradCheck.gradgradcheck(f, leaf(0.3, -1));
        assertThat(exp.apply(leaf(1)).toString()).contains("grad_fn=<Exponential>");
        Func.Many pair = in -> new Pair("").applyAll(in);
        GradCheck.gradcheck(pair, leaf(0.3, -1), leaf(2, 3));
        GradCheck.gradgradcheck(pair, leaf(0.3, -1), leaf(2, 3));
        GradCheck.DEFAULT.forward(pair, leaf(0.3, -1), leaf(2, 3));
    }

    @Test
    void anOutputThatNothingDependsOnHasAGradientOfZeros() {
        Tensor x = leaf(2);
        Tensor y = leaf(4);
        new Pair("").applyAll(x, y)[1].sum().backward();
        assertThat(x.grad()).isNotNull();
        assertThat(x.grad().item()).isEqualTo(0.25);
        Tensor z = leaf(4);
        new Pair("none").applyAll(x, z)[0].sum().backward();
        assertThat(z.grad()).isNull();
    }

    @Test
    void mappedOverABatch() {
        Tensor batch = Tensor.arange(6).to(DType.FLOAT64).reshape(3, 2);
        UnaryOperator<Tensor> f = x -> new Exponential().apply(x);
        assertThat(Func.vmap(f).apply(batch).allclose(batch.exp(), 1e-12, 0, false))
                .isTrue();
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(
                        () -> new Pair("number").apply(leaf(1), leaf(2)).sum().backward())
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("1 gradients for 2 inputs");
        assertThatThrownBy(() ->
                        new Pair("shape").apply(leaf(1, 2), leaf(2, 3)).sum().backward())
                .hasMessageContaining("()")
                .hasMessageContaining("(2,)");
        Tensor x = leaf(1).mul(1);
        Tensor y = new Pair("").apply(x, leaf(2));
        x.add_(1);
        assertThatThrownBy(() -> y.sum().backward()).hasMessageContaining("changed in place");
    }

    @Test
    void withoutGradientsItIsAPlainCall() {
        Tensor y = new Exponential().apply(Tensor.of(0.0));
        assertThat(y.requiresGrad()).isFalse();
        assertThat(y.item()).isEqualTo(1);
    }
}
