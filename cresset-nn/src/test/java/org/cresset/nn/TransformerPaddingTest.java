package org.cresset.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.cresset.autograd.Autograd;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Where PyTorch 2.13's encoder gives zeros at padded places, and where it doesn't. */
class TransformerPaddingTest {
    private static final Tensor PADDING =
            Tensor.of(false, false, true, true, false, false, false, true).reshape(2, 4);

    private final Tensor x = Tensor.randn(2, 4, 8);

    private static TransformerEncoder encoder(Object activation, boolean batchFirst, boolean normFirst, boolean bias) {
        TransformerEncoder e = new TransformerEncoder(
                new TransformerEncoderLayer(8, 2, 16, 0, activation, 1e-5, batchFirst, normFirst, bias), 2);
        e.eval();
        return e;
    }

    private boolean zeros(TransformerEncoder e, Tensor mask, Tensor padding) {
        Tensor y = Autograd.noGrad(() -> e.forward(x, mask, padding, null));
        return y.get(padding.ne(0)).eq(0).all().itemBoolean();
    }

    @Test
    void inferenceGivesZeros() {
        TransformerEncoder e = encoder("relu", true, false, true);
        assertThat(zeros(e, null, PADDING)).isTrue();
        assertThat(zeros(encoder("gelu", true, false, true), null, PADDING)).isTrue();
        Tensor added = Tensor.zeros(2, 4).maskedFill(PADDING, Double.NEGATIVE_INFINITY);
        assertThat(zeros(e, null, added)).isTrue();
        Tensor y = Autograd.noGrad(() -> e.forward(x, null, PADDING, null));
        Tensor recorded = e.forward(x, null, PADDING, null);
        Tensor kept = PADDING.logicalNot();
        assertThat(y.get(kept).toDoubleArray())
                .containsExactly(recorded.detach().get(kept).toDoubleArray());
        assertThat(recorded.detach().get(PADDING).eq(0).any().itemBoolean()).isFalse();
        e.train();
        assertThat(zeros(e, null, PADDING)).isFalse();
    }

    @Test
    void theNormComesAfterTheZeros() {
        LayerNorm norm = new LayerNorm(8);
        Autograd.noGrad(() -> {
            norm.bias.fill_(3);
        });
        TransformerEncoder e = new TransformerEncoder(
                new TransformerEncoderLayer(8, 2, 16, 0, "relu", 1e-5, true, false, true), 1, norm);
        e.eval();
        Tensor y = Autograd.noGrad(() -> e.forward(x, null, PADDING, null));
        assertThat(y.get(PADDING).eq(3).all().itemBoolean()).isTrue();
    }

    @Test
    void otherwiseNot() {
        TransformerEncoder e = encoder("relu", true, false, true);
        Tensor between =
                Tensor.of(true, false, false, true, false, false, false, false).reshape(2, 4);
        assertThat(zeros(e, null, between)).isFalse();
        assertThat(zeros(e, Tensor.zeros(4, 4), PADDING)).isFalse();
        assertThat(zeros(encoder("relu", true, true, true), null, PADDING)).isFalse();
        assertThat(zeros(encoder("relu", true, false, false), null, PADDING)).isFalse();
        assertThat(zeros(encoder(new Tanh(), true, false, true), null, PADDING)).isFalse();
        TransformerEncoder off = new TransformerEncoder(
                new TransformerEncoderLayer(8, 2, 16, 0, "relu", 1e-5, true, false, true), 2, null, false, true);
        off.eval();
        assertThat(zeros(off, null, PADDING)).isFalse();
        TransformerEncoder sequencesSecond = encoder("relu", false, false, true);
        Tensor y = Autograd.noGrad(() -> sequencesSecond.forward(x.transpose(0, 1), null, PADDING, null));
        assertThat(y.transpose(0, 1).get(PADDING).eq(0).any().itemBoolean()).isFalse();
        assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
    }
}
