package org.cresset.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.cresset.base.CressetException;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DropoutFunctionsTest {
    @Test
    void elementsAreDroppedOrScaled() {
        Tensor.manualSeed(0);
        Tensor y = Functional.dropout(Tensor.ones(10_000), 0.25, true);
        assertThat(y.ne(0).sum().item()).isCloseTo(7500, within(200.0));
        assertThat(y.max().item()).isCloseTo(1 / 0.75, within(1e-6));
        assertThat(y.sum().item()).isCloseTo(10_000, within(300.0));
    }

    @Test
    void channelsAreDroppedWhole() {
        Tensor.manualSeed(1);
        Tensor y = Functional.dropout2d(Tensor.ones(8, 16, 3, 3), 0.5, true).flatten(2);
        assertThat(y.amax(new long[] {2}, false).equalTo(y.amin(new long[] {2}, false)))
                .isTrue();
        assertThat(y.eq(0).any().itemBoolean()).isTrue();
        assertThat(y.eq(2).any().itemBoolean()).isTrue();
    }

    @Test
    void alphaDropoutKeepsMeanAndVariance() {
        Tensor.manualSeed(2);
        Tensor x = Tensor.randn(100_000);
        Tensor y = Functional.alphaDropout(x, 0.3, true);
        assertThat(y.mean().item()).isCloseTo(0, within(0.03));
        assertThat(y.var().item()).isCloseTo(1, within(0.03));
    }

    @Test
    void outsideTrainingTheInputComesBack() {
        Tensor x = Tensor.ones(2, 3);
        assertSame(x, Functional.dropout(x, 0.5, false));
        assertSame(x, Functional.featureAlphaDropout(x, 0.5, false));
        assertThat(Functional.dropout(x, 1, true).toFloatArray()).containsOnly(0);
    }

    @Test
    void aNumberThatIsNoProbabilityIsRefused() {
        assertThatThrownBy(() -> Functional.dropout(Tensor.ones(2), 1.5, true))
                .isInstanceOfSatisfying(
                        CressetException.class, e -> assertThat(e.kind()).isEqualTo(CressetException.Kind.VALUE));
    }
}
