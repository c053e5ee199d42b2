package org.cresset.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The layer is the function with the layer's weights, whichever way the sequences lie and whether weights are asked for. */
class MultiheadAttentionTest {
    private static final long N = 3;
    private static final long L = 4;
    private static final long S = 5;

    private static MultiheadAttention layer(boolean more, boolean otherDims, boolean batchFirst) {
        return new MultiheadAttention(
                6,
                2,
                0,
                true,
                more,
                more,
                otherDims ? Long.valueOf(5) : null,
                otherDims ? Long.valueOf(7) : null,
                batchFirst);
    }

    private static void near(Tensor got, Tensor expected) {
        assertThat(got.shape()).isEqualTo(expected.shape());
        assertThat(got.detach().toDoubleArray())
                .containsExactly(expected.detach().toDoubleArray(), within(1e-6));
    }

    @Test
    void weightsOrNotAndBatchFirstOrNot() {
        Tensor query = Tensor.randn(N, L, 6);
        Tensor padding = Tensor.zeros(N, S).copy_(Tensor.arange(S).eq(S - 1)).to(DType.BOOL);
        Tensor shared = Tensor.randn(L, S);
        Tensor each = Tensor.randn(N * 2, L, S).gt(1.5);
        for (int i = 0; i < 4; i++) {
            boolean more = (i & 1) != 0;
            boolean other = (i & 2) != 0;
            MultiheadAttention first = layer(more, other, true);
            MultiheadAttention last = layer(more, other, false);
            last.loadStateDict(first.stateDict());
            Tensor key = Tensor.randn(N, S, other ? 5 : 6);
            Tensor value = Tensor.randn(N, S, other ? 7 : 6);
            for (Tensor mask : new Tensor[] {null, shared, each}) {
                var a = first.forward(query, key, value, padding, true, mask, false, false);
                assertThat(a.weights().shape().dims()).containsExactly(N, 2, L, S + (more ? 2 : 0));
                near(
                        first.forward(query, key, value, padding, false, mask, false, false)
                                .output(),
                        a.output());
                var b = last.forward(
                        query.transpose(0, 1),
                        key.transpose(0, 1).contiguous(),
                        value.transpose(0, 1).clone(),
                        padding,
                        true,
                        mask,
                        true,
                        false);
                near(b.output().transpose(0, 1), a.output());
                near(b.weights(), a.weights().mean(new long[] {1}, false));
                near(
                        last.forward(
                                        query.transpose(0, 1).contiguous(),
                                        key.transpose(0, 1).contiguous(),
                                        value.transpose(0, 1).contiguous(),
                                        padding,
                                        false,
                                        mask,
                                        true,
                                        false)
                                .output()
                                .transpose(0, 1),
                        a.output());
            }
            var one = first.forward(query.get(1), key.get(1), value.get(1), padding.get(1), true, shared, true, false);
            var all = first.forward(query, key, value, padding, true, shared, true, false);
            near(one.output(), all.output().get(1));
            near(one.weights(), all.weights().get(1));
        }
    }

    @Test
    void oneInputForAllAndCausal() {
        MultiheadAttention m = layer(false, false, true);
        Tensor x = Tensor.randn(N, L, 6);
        Tensor mask = CausalMask.of(L, DType.FLOAT32);
        Tensor y = m.forward(x, x, x, null, true, mask, true, false).output();
        near(m.forward(x, x.clone(), x.clone(), null, true, mask, true, false).output(), y);
        near(m.forward(x, x, x, null, false, mask, true, true).output(), y);
        near(m.forward(x, x, x, null, false, mask.ne(0), true, false).output(), y);
        Tensor memory = x.clone();
        near(m.forward(x, memory, memory, null, false, mask, true, false).output(), y);
        assertThat(CausalMask.is(mask, null, L)).isTrue();
        assertThat(CausalMask.is(mask.ne(0), null, L)).isTrue();
        assertThat(CausalMask.is(mask.eq(0), null, L)).isFalse();
    }

    private static Tensor[] functional(Tensor x, Tensor biasK, Tensor biasV, Tensor staticK, Tensor mask) {
        return Functional.multiHeadAttentionForward(
                x,
                x,
                x,
                6,
                2,
                Tensor.ones(18, 6),
                null,
                biasK,
                biasV,
                false,
                0,
                Tensor.ones(6, 6),
                null,
                false,
                null,
                true,
                mask,
                false,
                null,
                null,
                null,
                staticK,
                null,
                true,
                false);
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.ones(L, N, 6);
        Tensor bias = Tensor.ones(1, 1, 6);
        assertThatThrownBy(() -> functional(x, bias, null, null, null))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("bias_k and bias_v go together");
        assertThatThrownBy(() -> functional(x, bias, bias, Tensor.ones(2 * N, L, 3), null))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("static_k");
        assertThatThrownBy(() -> functional(x, null, null, Tensor.ones(2 * N, L, 4), null))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("expected (6, S, 3)");
        assertThatThrownBy(() -> functional(x, null, null, null, Tensor.ones(L, L + 1)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("attn_mask (4, 5); expected (4, 4) or (6, 4, 4)");
        assertThatThrownBy(
                        () -> functional(x, null, null, null, Tensor.ones(L, L).to(DType.INT64)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("expected bool or floats");
        MultiheadAttention m = layer(false, false, true);
        Tensor y = Tensor.ones(N, L, 6);
        assertThatThrownBy(() -> m.forward(y, y, y, Tensor.ones(N, L + 1), true, null, true, false))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("key_padding_mask (3, 5); expected (3, 4)");
        assertThatThrownBy(() -> m.forward(y, y, y, null, true, null, true, true))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("is_causal");
        assertThatThrownBy(() -> m.forward(y, Tensor.ones(N - 1, L, 6), Tensor.ones(N - 1, L, 6)))
                .isInstanceOf(CressetException.class)
                .hasMessageContaining("expected (L, N, E)");
    }

    /** As PyTorch 2.13 when it trains: NaN where weights are asked for, else nothing but the bias. */
    @Test
    void rowsThatMayLookNowhere() {
        MultiheadAttention m = layer(false, false, true);
        Tensor x = Tensor.randn(N, L, 6);
        Tensor mask = Tensor.zeros(L, L).to(DType.BOOL);
        mask.select(0, 1).fill_(1);
        Tensor with = m.forward(x, x, x, null, true, mask, true, false).output();
        Tensor without = m.forward(x, x, x, null, false, mask, true, false).output();
        assertThat(with.select(1, 1).isnan().all().itemBoolean()).isTrue();
        Tensor bias = m.stateDict().get("out_proj.bias");
        near(without.select(1, 1), bias.expand(N, 6));
        near(without.select(1, 2), with.select(1, 2));
    }
}
