package org.cresset.nn;

import java.util.function.UnaryOperator;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention and a feed-forward net, each with a residual connection: (S, N, dModel) to the same shape; with {@code
 * batchFirst} N comes first, and it may be left out. As {@code nn.TransformerEncoderLayer}.
 */
public final class TransformerEncoderLayer extends Module {
    /** Attention to the sequence itself. */
    @Key("self_attn")
    public final MultiheadAttention selfAttn;

    /** dModel to the width of the feed-forward net. */
    public final Linear linear1;

    private final Dropout dropout;

    /** Back to dModel. */
    public final Linear linear2;

    /** Of the first residual. */
    public final LayerNorm norm1;

    /** Of the second residual. */
    public final LayerNorm norm2;

    private final Dropout dropout1;
    private final Dropout dropout2;

    private final UnaryOperator<Tensor> activation;
    private final boolean normFirst;
    private final boolean cutsPadding;
    private final boolean batchFirst;

    /** PyTorch's defaults: feed-forward width 2048, dropout 0.1, relu. */
    public TransformerEncoderLayer(long dModel, long nhead) {
        this(dModel, nhead, 2048, 0.1, "relu", 1e-5, false, false, true);
    }

    /**
     * All options.
     *
     * @param activation relu, gelu, a function or a layer
     * @param normFirst whether each part is preceded by its norm instead of followed by it
     */
    @Torch(
            "nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True)")
    public TransformerEncoderLayer(
            long dModel,
            long nhead,
            long dimFeedforward,
            double dropout,
            Object activation,
            double layerNormEps,
            boolean batchFirst,
            boolean normFirst,
            boolean bias) {
        selfAttn = new MultiheadAttention(dModel, nhead, dropout, bias, false, false, null, null, batchFirst);

        linear1 = new Linear(dModel, dimFeedforward, bias);
        this.dropout = new Dropout(dropout);
        linear2 = new Linear(dimFeedforward, dModel, bias);
        norm1 = new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);
        norm2 = new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);

        dropout1 = new Dropout(dropout);
        dropout2 = new Dropout(dropout);

        this.normFirst = normFirst;
        this.batchFirst = batchFirst;
        this.activation = Activation.of(activation);
        boolean usual = activation.equals("relu")
                || activation.equals("gelu")
                || activation instanceof ReLU
                || activation instanceof GELU;
        cutsPadding = usual && batchFirst && !normFirst && bias && nhead % 2 == 0;
        if (activation instanceof Module m) {
            registerModule("activation", m);
        }
    }

    /** Whether PyTorch computes an encoder of such layers on sequences without their padding, in inference. */
    boolean cutsPadding() {
        return cutsPadding;
    }

    boolean batchFirst() {
        return batchFirst;
    }

    /** Without masks. */
    public Tensor forward(Tensor src) {
        return forward(src, null, null, false);
    }

    /** With masks as {@link MultiheadAttention#forward} takes them; {@code isCausal}: the mask forbids what comes later. */
    @Torch("forward(src, src_mask=None, src_key_padding_mask=None, is_causal=False)")
    public Tensor forward(Tensor src, @Nullable Tensor srcMask, @Nullable Tensor srcKeyPaddingMask, boolean isCausal) {
        return call(
                in -> compute((Tensor) Hook.given(in[0]), (Tensor) in[1], (Tensor) in[2], isCausal),
                src,
                srcMask,
                srcKeyPaddingMask);
    }

    private Tensor compute(Tensor src, @Nullable Tensor mask, @Nullable Tensor padding, boolean causal) {
        if (normFirst) {
            Tensor x = src.add(attend(norm1.forward(src), mask, padding, causal));
            return x.add(feed(norm2.forward(x)));
        }
        Tensor x = norm1.forward(src.add(attend(src, mask, padding, causal)));
        return norm2.forward(x.add(feed(x)));
    }

    private Tensor attend(Tensor x, @Nullable Tensor mask, @Nullable Tensor padding, boolean causal) {
        return dropout1.forward(
                selfAttn.forward(x, x, x, padding, false, mask, true, causal).output());
    }

    private Tensor feed(Tensor x) {
        return dropout2.forward(linear2.forward(dropout.forward(activation.apply(linear1.forward(x)))));
    }
}
