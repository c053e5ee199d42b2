package org.cresset.nn;

import java.util.function.UnaryOperator;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention, attention to the memory and a feed-forward net, each with a residual connection: (T, N, dModel) to the same shape; with {@code
 * batchFirst} N comes first, and it may be left out. As {@code nn.TransformerDecoderLayer}.
 */
public final class TransformerDecoderLayer extends Module {
    /** Attention to the sequence itself. */
    @Key("self_attn")
    public final MultiheadAttention selfAttn;

    /** Attention to the memory. */
    @Key("multihead_attn")
    public final MultiheadAttention multiheadAttn;

    /** dModel to the width of the feed-forward net. */
    public final Linear linear1;

    private final Dropout dropout;

    /** Back to dModel. */
    public final Linear linear2;

    /** Of the first residual. */
    public final LayerNorm norm1;

    /** Of the second residual. */
    public final LayerNorm norm2;

    /** Of the third residual. */
    public final LayerNorm norm3;

    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Dropout dropout3;
    private final UnaryOperator<Tensor> activation;
    private final boolean normFirst;
    private final boolean batchFirst;

    /** PyTorch's defaults: feed-forward width 2048, dropout 0.1, relu. */
    public TransformerDecoderLayer(long dModel, long nhead) {
        this(dModel, nhead, 2048, 0.1, "relu", 1e-5, false, false, true);
    }

    /**
     * All options.
     *
     * @param activation relu, gelu, a function or a layer
     * @param normFirst whether each part is preceded by its norm instead of followed by it
     */
    @Torch(
            "nn.TransformerDecoderLayer(d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True)")
    public TransformerDecoderLayer(
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
        multiheadAttn = new MultiheadAttention(dModel, nhead, dropout, bias, false, false, null, null, batchFirst);
        linear1 = new Linear(dModel, dimFeedforward, bias);
        this.dropout = new Dropout(dropout);
        linear2 = new Linear(dimFeedforward, dModel, bias);
        norm1 = new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);
        norm2 = new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);
        norm3 = new LayerNorm(new long[] {dModel}, layerNormEps, true, bias);
        dropout1 = new Dropout(dropout);
        dropout2 = new Dropout(dropout);
        dropout3 = new Dropout(dropout);
        this.normFirst = normFirst;
        this.batchFirst = batchFirst;
        this.activation = Activation.of(activation);
        if (activation instanceof Module m) {
            registerModule("activation", m);
        }
    }

    boolean batchFirst() {
        return batchFirst;
    }

    /** Without masks. */
    public Tensor forward(Tensor tgt, Tensor memory) {
        return forward(tgt, memory, null, null, null, null, false, false);
    }

    /** With masks as {@link MultiheadAttention#forward} takes them; those called causal forbid what comes later. */
    @Torch(
            "forward(tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False)")
    public Tensor forward(
            Tensor tgt,
            Tensor memory,
            @Nullable Tensor tgtMask,
            @Nullable Tensor memoryMask,
            @Nullable Tensor tgtKeyPaddingMask,
            @Nullable Tensor memoryKeyPaddingMask,
            boolean tgtIsCausal,
            boolean memoryIsCausal) {
        return call(
                in -> {
                    Tensor x = (Tensor) Hook.given(in[0]);
                    Tensor m = (Tensor) Hook.given(in[1]);
                    if (normFirst) {
                        x = x.add(self(norm1.forward(x), (Tensor) in[2], (Tensor) in[4], tgtIsCausal));
                        x = x.add(cross(norm2.forward(x), m, (Tensor) in[3], (Tensor) in[5], memoryIsCausal));
                        return x.add(feed(norm3.forward(x)));
                    }
                    x = norm1.forward(x.add(self(x, (Tensor) in[2], (Tensor) in[4], tgtIsCausal)));
                    x = norm2.forward(x.add(cross(x, m, (Tensor) in[3], (Tensor) in[5], memoryIsCausal)));
                    return norm3.forward(x.add(feed(x)));
                },
                tgt,
                memory,
                tgtMask,
                memoryMask,
                tgtKeyPaddingMask,
                memoryKeyPaddingMask);
    }

    private Tensor self(Tensor x, @Nullable Tensor mask, @Nullable Tensor padding, boolean causal) {
        return dropout1.forward(
                selfAttn.forward(x, x, x, padding, false, mask, true, causal).output());
    }

    private Tensor cross(Tensor x, Tensor memory, @Nullable Tensor mask, @Nullable Tensor padding, boolean causal) {
        return dropout2.forward(multiheadAttn
                .forward(x, memory, memory, padding, false, mask, true, causal)
                .output());
    }

    private Tensor feed(Tensor x) {
        return dropout3.forward(linear2.forward(dropout.forward(activation.apply(linear1.forward(x)))));
    }
}
