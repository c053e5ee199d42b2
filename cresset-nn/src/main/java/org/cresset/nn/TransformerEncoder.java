package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Copies of a layer one after the other, and perhaps a norm. As {@code nn.TransformerEncoder}. */
public final class TransformerEncoder extends Module {
    /** The layers. */
    public final ModuleList layers;

    private final @Nullable Layer norm;
    private final boolean batchFirst;

    /** So many copies of a layer, without a norm. */
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, long numLayers) {
        this(encoderLayer, numLayers, null);
    }

    /** So many copies of a layer. */
    @Torch("nn.TransformerEncoder(encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True)")
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, long numLayers, @Nullable Layer norm) {
        layers = new ModuleList();
        for (long i = 0; i < numLayers; i++) {
            layers.append(encoderLayer.deepCopy());
        }
        this.norm = norm;
        batchFirst = encoderLayer.batchFirst();
    }

    /** Without masks. */
    public Tensor forward(Tensor src) {
        return forward(src, null, null, null);
    }

    /** With masks; {@code isCausal} null: it is found out whether the mask forbids what comes later. */
    @Torch("forward(src, mask=None, src_key_padding_mask=None, is_causal=None)")
    public Tensor forward(
            Tensor src, @Nullable Tensor mask, @Nullable Tensor srcKeyPaddingMask, @Nullable Boolean isCausal) {
        return call(
                in -> {
                    Tensor x = (Tensor) Hook.given(in[0]);
                    Tensor m = (Tensor) in[1];
                    boolean causal = CausalMask.is(m, isCausal, CausalMask.length(x, batchFirst));
                    for (Module layer : layers) {
                        x = ((TransformerEncoderLayer) layer).forward(x, m, (Tensor) in[2], causal);
                    }
                    return norm == null ? x : norm.forward(x);
                },
                src,
                mask,
                srcKeyPaddingMask);
    }
}
