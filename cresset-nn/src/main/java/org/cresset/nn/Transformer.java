package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.init.Init;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** An encoder and a decoder that looks at what it gives (Vaswani et al. 2017). As {@code nn.Transformer}. */
public final class Transformer extends Module {
    /** Of the source. */
    public final TransformerEncoder encoder;

    /** Of the target. */
    public final TransformerDecoder decoder;

    private final long dModel;
    private final boolean batchFirst;

    /** PyTorch's defaults: 6 layers each, width 512, 8 heads. */
    public Transformer() {
        this(512, 8, 6, 6, 2048, 0.1, "relu", null, null, 1e-5, false, false, true);
    }

    /** All options; {@code activation} is relu, gelu, a function or a layer. */
    @Torch(
            "nn.Transformer(d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True)")
    public Transformer(
            long dModel,
            long nhead,
            long numEncoderLayers,
            long numDecoderLayers,
            long dimFeedforward,
            double dropout,
            Object activation,
            @Nullable TransformerEncoder customEncoder,
            @Nullable TransformerDecoder customDecoder,
            double layerNormEps,
            boolean batchFirst,
            boolean normFirst,
            boolean bias) {
        this.dModel = dModel;
        this.batchFirst = batchFirst;
        long[] width = {dModel};
        encoder = customEncoder != null
                ? customEncoder
                : new TransformerEncoder(
                        new TransformerEncoderLayer(
                                dModel,
                                nhead,
                                dimFeedforward,
                                dropout,
                                activation,
                                layerNormEps,
                                batchFirst,
                                normFirst,
                                bias),
                        numEncoderLayers,
                        new LayerNorm(width, layerNormEps, true, bias));
        decoder = customDecoder != null
                ? customDecoder
                : new TransformerDecoder(
                        new TransformerDecoderLayer(
                                dModel,
                                nhead,
                                dimFeedforward,
                                dropout,
                                activation,
                                layerNormEps,
                                batchFirst,
                                normFirst,
                                bias),
                        numDecoderLayers,
                        new LayerNorm(width, layerNormEps, true, bias));
        for (Tensor p : parameters()) {
            if (p.dim() > 1) {
                Init.xavierUniform_(p);
            }
        }
    }

    /** Without masks. */
    public Tensor forward(Tensor src, Tensor tgt) {
        return forward(src, tgt, null, null, null, null, null, null, null, null, false);
    }

    /** With masks, each of them or null; those called causal forbid what comes later. */
    @Torch(
            "forward(src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False)")
    public Tensor forward(
            Tensor src,
            Tensor tgt,
            @Nullable Tensor srcMask,
            @Nullable Tensor tgtMask,
            @Nullable Tensor memoryMask,
            @Nullable Tensor srcKeyPaddingMask,
            @Nullable Tensor tgtKeyPaddingMask,
            @Nullable Tensor memoryKeyPaddingMask,
            @Nullable Boolean srcIsCausal,
            @Nullable Boolean tgtIsCausal,
            boolean memoryIsCausal) {
        int batch = batchFirst ? 0 : 1;
        boolean fits = src.dim() >= 2
                && src.dim() == tgt.dim()
                && (src.dim() == 2 || src.size(batch) == tgt.size(batch))
                && src.size(-1) == dModel
                && tgt.size(-1) == dModel;
        if (!fits) {
            throw located(CressetException.runtime("source " + src.shape() + " and target " + tgt.shape()
                    + "; expected one batch size, and " + dModel + " features"));
        }
        return call(
                in -> {
                    Tensor memory =
                            encoder.forward((Tensor) Hook.given(in[0]), (Tensor) in[2], (Tensor) in[5], srcIsCausal);
                    return decoder.forward(
                            (Tensor) Hook.given(in[1]),
                            memory,
                            (Tensor) in[3],
                            (Tensor) in[4],
                            (Tensor) in[6],
                            (Tensor) in[7],
                            tgtIsCausal,
                            memoryIsCausal);
                },
                src,
                tgt,
                srcMask,
                tgtMask,
                memoryMask,
                srcKeyPaddingMask,
                tgtKeyPaddingMask,
                memoryKeyPaddingMask);
    }

    /** 0 up to the diagonal and minus infinity above: (n, n). As {@code generate_square_subsequent_mask}. */
    public static Tensor generateSquareSubsequentMask(long n) {
        return CausalMask.of(n, DType.FLOAT32);
    }
}
