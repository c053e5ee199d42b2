package org.cresset.nn;

import org.cresset.amp.Autocast;
import org.cresset.autograd.Autograd;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a layer one after the other, and perhaps a norm. As {@code nn.TransformerEncoder}, also in that results at padded
 * places are zeros before the norm in inference (evaluation mode, nothing recorded, no attention mask), if padding is at the
 * sequences' ends and the layers are batch first, with bias and an even number of heads, norms behind and relu or gelu.
 */
public final class TransformerEncoder extends Module {
    /** The layers. */
    public final ModuleList layers;

    private final @Nullable Layer norm;
    private final boolean batchFirst;
    private final boolean cutsPadding;
    private final boolean maskCheck;

    /** So many copies of a layer, without a norm. */
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, long numLayers) {
        this(encoderLayer, numLayers, null);
    }

    /** So many copies of a layer. */
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, long numLayers, @Nullable Layer norm) {
        this(encoderLayer, numLayers, norm, true, true);
    }

    /**
     * So many copies of a layer.
     *
     * @param enableNestedTensor whether results at padded places may be zeros
     * @param maskCheck whether to look if padding is at the ends, or to take it for granted
     */
    @Torch("nn.TransformerEncoder(encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True)")
    public TransformerEncoder(
            TransformerEncoderLayer encoderLayer,
            long numLayers,
            @Nullable Layer norm,
            boolean enableNestedTensor,
            boolean maskCheck) {
        layers = new ModuleList();
        for (long i = 0; i < numLayers; i++) {
            layers.append(encoderLayer.deepCopy());
        }
        this.norm = norm;
        batchFirst = encoderLayer.batchFirst();
        cutsPadding = enableNestedTensor && encoderLayer.cutsPadding();
        this.maskCheck = maskCheck;
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
                    Tensor padding = (Tensor) in[2];
                    boolean cut = m == null && padding != null && cuts(x, padding);
                    boolean causal = CausalMask.is(m, isCausal, CausalMask.length(x, batchFirst));
                    for (Module layer : layers) {
                        x = ((TransformerEncoderLayer) layer).forward(x, m, padding, causal);
                    }
                    x = cut && padding != null ? x.maskedFill(padding.ne(0).unsqueeze(2), 0) : x;
                    return norm == null ? x : norm.forward(x);
                },
                src,
                mask,
                srcKeyPaddingMask);
    }

    private boolean cuts(Tensor x, Tensor padding) {
        boolean recorded = Autograd.isGradEnabled()
                && (x.requiresGrad() || parameters().stream().anyMatch(Tensor::requiresGrad));
        if (!cutsPadding || isTraining() || recorded || x.dim() != 3 || Autocast.isEnabled()) {
            return false;
        }
        return !maskCheck || padding.hasValues() && atEnds(padding.ne(0));
    }

    /** Whether nothing that isn't padded comes after padding. */
    private static boolean atEnds(Tensor padded) {
        long n = padded.size(1);
        Tensor after =
                padded.narrow(1, 0, n - 1).logicalAnd(padded.narrow(1, 1, n - 1).logicalNot());
        return !after.any().itemBoolean();
    }
}
