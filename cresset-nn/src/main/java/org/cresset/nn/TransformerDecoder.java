package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Copies of a layer one after the other, and perhaps a norm. As {@code nn.TransformerDecoder}. */
public final class TransformerDecoder extends Module {
    /** The layers. */
    public final ModuleList layers;

    private final @Nullable Layer norm;
    private final boolean batchFirst;

    /** So many copies of a layer, without a norm. */
    public TransformerDecoder(TransformerDecoderLayer decoderLayer, long numLayers) {
        this(decoderLayer, numLayers, null);
    }

    /** So many copies of a layer. */
    @Torch("nn.TransformerDecoder(decoder_layer, num_layers, norm=None)")
    public TransformerDecoder(TransformerDecoderLayer decoderLayer, long numLayers, @Nullable Layer norm) {
        layers = new ModuleList();
        for (long i = 0; i < numLayers; i++) {
            layers.append(decoderLayer.deepCopy());
        }
        this.norm = norm;
        batchFirst = decoderLayer.batchFirst();
    }

    /** Without masks. */
    public Tensor forward(Tensor tgt, Tensor memory) {
        return forward(tgt, memory, null, null, null, null, null, false);
    }

    /** With masks; {@code tgtIsCausal} null: it is found out whether the mask forbids what comes later. */
    @Torch(
            "forward(tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False)")
    public Tensor forward(
            Tensor tgt,
            Tensor memory,
            @Nullable Tensor tgtMask,
            @Nullable Tensor memoryMask,
            @Nullable Tensor tgtKeyPaddingMask,
            @Nullable Tensor memoryKeyPaddingMask,
            @Nullable Boolean tgtIsCausal,
            boolean memoryIsCausal) {
        return call(
                in -> {
                    Tensor x = (Tensor) Hook.given(in[0]);
                    Tensor m = (Tensor) in[2];
                    boolean causal = CausalMask.is(m, tgtIsCausal, CausalMask.length(x, batchFirst));
                    for (Module layer : layers) {
                        x = ((TransformerDecoderLayer) layer)
                                .forward(
                                        x,
                                        (Tensor) Hook.given(in[1]),
                                        m,
                                        (Tensor) in[3],
                                        (Tensor) in[4],
                                        (Tensor) in[5],
                                        causal,
                                        memoryIsCausal);
                    }
                    return norm == null ? x : norm.forward(x);
                },
                tgt,
                memory,
                tgtMask,
                memoryMask,
                tgtKeyPaddingMask,
                memoryKeyPaddingMask);
    }
}
