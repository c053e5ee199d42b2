package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationFunctionsTest {
    static Stream<Arguments> smooth() {
        return Stream.of(
                function("gelu", Functional::gelu),
                function("gelu tanh", x -> Functional.gelu(x, "tanh")),
                function("silu", Functional::silu),
                function("mish", Functional::mish),
                function("elu", x -> Functional.elu(x, 1.7, false)),
                function("celu", x -> Functional.celu(x, 0.6, false)),
                function("selu", Functional::selu),
                function("softplus", x -> Functional.softplus(x, 1.3, 20)),
                function("logsigmoid", Functional::logsigmoid),
                function("softsign", Functional::softsign),
                function("tanhshrink", Functional::tanhshrink),
                function("leaky_relu", Functional::leakyRelu),
                function("hardtanh", Functional::hardtanh),
                function("hardswish", Functional::hardswish),
                function("softshrink", Functional::softshrink),
                function("hardshrink", Functional::hardshrink),
                function("glu", Functional::glu),
                function("softmin", x -> Functional.softmin(x, 1)));
    }

    private static Arguments function(String name, UnaryOperator<Tensor> f) {
        return arguments(name, f);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("smooth")
    void derivativesAgreeWithDifferences(String name, UnaryOperator<Tensor> f) {
        Differences.checkTwice(f, Differences.random(1, 3, 8));
    }

    @Test
    void hardtanhHasNoGradientAtItsBounds() {
        Tensor x = Tensor.of(-1.0, 0.0, 1.0).requiresGrad(true);
        Functional.hardtanh(x).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(0, 1, 0);
    }

    @Test
    void inPlaceOverwritesAndReturnsTheInput() {
        Tensor x = Tensor.of(-2f, 7f);
        assertSame(x, Functional.relu6(x, true));
        assertThat(x.toFloatArray()).containsExactly(0, 6);
    }

    @Test
    void preluBroadcastsSlopesAlongChannels() {
        Tensor x = Tensor.from(new float[] {-1, -1, -1, 2, 2, -2}, 1, 3, 2);
        Tensor y = Functional.prelu(x, Tensor.of(0.5f, 0.25f, 0.1f));
        assertThat(y.toFloatArray()).containsExactly(-0.5f, -0.5f, -0.25f, 2, 2, -0.2f);
        assertThatThrownBy(() -> Functional.prelu(x, Tensor.of(1f, 1f)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("2 slopes");
    }

    @Test
    void randomSlopesStayInTheirBoundsAndRepeat() {
        Tensor x = Tensor.ones(1000).neg();
        Tensor.manualSeed(4);
        Tensor first = Functional.rrelu(x, 0.1, 0.3, true, false);
        Tensor.manualSeed(4);
        Tensor second = Functional.rrelu(x, 0.1, 0.3, true, false);
        assertThat(first.equalTo(second)).isTrue();
        assertThat(first.min().item()).isBetween(-0.3001, -0.29);
        assertThat(first.max().item()).isBetween(-0.11, -0.0999);
    }

    @Test
    void hardGumbelSamplesAreOneHotAndHaveTheSoftGradient() {
        Tensor x = Differences.random(3, 5, 4).requiresGrad(true);
        Tensor y = Functional.gumbelSoftmax(x, 0.5, true, 1e-10, 1);
        assertThat(y.detach().round().sum(1).toDoubleArray()).containsOnly(1);
        y.select(1, 0).sum().backward();
        assertThat(x.grad().abs().sum().item()).isPositive();
    }
}
