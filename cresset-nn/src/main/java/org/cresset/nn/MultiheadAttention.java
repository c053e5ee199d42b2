package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.nn.init.Init;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Attention of several heads (Vaswani et al. 2017): query (L, N, E), key (S, N, kdim) and value (S, N, vdim) to (L, N, E); with
 * {@code batchFirst} N comes first, and it may be left out. As {@code nn.MultiheadAttention}.
 */
public final class MultiheadAttention extends Module {
    /** The projections of query, key and value below each other (3 E, E), if key and value have E features; else null. */
    @Key("in_proj_weight")
    public final @Nullable Tensor inProjWeight;

    /** (E, E), if key or value have other features; else null. */
    @Key("q_proj_weight")
    public final @Nullable Tensor qProjWeight;

    /** (E, kdim), if key or value have other features; else null. */
    @Key("k_proj_weight")
    public final @Nullable Tensor kProjWeight;

    /** (E, vdim), if key or value have other features; else null. */
    @Key("v_proj_weight")
    public final @Nullable Tensor vProjWeight;

    /** (3 E), or null. */
    @Key("in_proj_bias")
    public final @Nullable Tensor inProjBias;

    /** A key more for all sequences (1, 1, E), or null. */
    @Key("bias_k")
    public final @Nullable Tensor biasK;

    /** A value more for all sequences (1, 1, E), or null. */
    @Key("bias_v")
    public final @Nullable Tensor biasV;

    /** The projection of the result. */
    @Key("out_proj")
    public final Linear outProj;

    private final long embedDim;
    private final long numHeads;
    private final double dropout;
    private final boolean addZeroAttn;
    private final boolean batchFirst;

    /** The result and, if asked for, how much each place looked at each: (N, L, S), or for each head (N, heads, L, S). */
    public record Result(Tensor output, @Nullable Tensor weights) {}

    /** With bias, over (L, N, E). */
    public MultiheadAttention(long embedDim, long numHeads) {
        this(embedDim, numHeads, 0, true, false, false, null, null, false);
    }

    /** With bias, over (N, L, E) or (L, N, E). */
    public MultiheadAttention(long embedDim, long numHeads, double dropout, boolean batchFirst) {
        this(embedDim, numHeads, dropout, true, false, false, null, null, batchFirst);
    }

    /** All options; {@code kdim} and {@code vdim} null: as {@code embedDim}. */
    @Torch(
            "nn.MultiheadAttention(embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False)")
    public MultiheadAttention(
            long embedDim,
            long numHeads,
            double dropout,
            boolean bias,
            boolean addBiasKv,
            boolean addZeroAttn,
            @Nullable Long kdim,
            @Nullable Long vdim,
            boolean batchFirst) {
        if (embedDim < 1 || numHeads < 1 || embedDim % numHeads != 0) {
            throw CressetException.value(
                    "MultiheadAttention: " + embedDim + " features must be divisible by the " + numHeads + " heads");
        }
        this.embedDim = embedDim;
        this.numHeads = numHeads;
        this.dropout = dropout;
        this.addZeroAttn = addZeroAttn;
        this.batchFirst = batchFirst;
        long k = kdim == null ? embedDim : kdim;
        long v = vdim == null ? embedDim : vdim;
        boolean together = k == embedDim && v == embedDim;
        outProj = new Linear(embedDim, embedDim, bias);
        inProjWeight = together ? projection(3 * embedDim, embedDim) : null;
        qProjWeight = together ? null : projection(embedDim, embedDim);
        kProjWeight = together ? null : projection(embedDim, k);
        vProjWeight = together ? null : projection(embedDim, v);
        inProjBias = bias ? parameter(Tensor.zeros(3 * embedDim)) : null;
        if (outProj.bias != null) {
            Init.zeros_(outProj.bias);
        }
        biasK = addBiasKv ? parameter(Init.xavierNormal_(Tensor.empty(DType.FLOAT32, 1, 1, embedDim))) : null;
        biasV = addBiasKv ? parameter(Init.xavierNormal_(Tensor.empty(DType.FLOAT32, 1, 1, embedDim))) : null;
    }

    private Tensor projection(long rows, long columns) {
        return parameter(Init.xavierUniform_(Tensor.empty(DType.FLOAT32, rows, columns)));
    }

    /** The result without weights, and without masks. */
    public Tensor forward(Tensor query, Tensor key, Tensor value) {
        return forward(query, key, value, null, false, null, true, false).output;
    }

    /**
     * Attends.
     *
     * @param keyPaddingMask (N, S) or (S): which keys not to look at, or what to add to their scores; null: none
     * @param needWeights whether to give the weights, too
     * @param attnMask (L, S) or (N x heads, L, S): where not to look, or what to add to the scores; null: none
     * @param averageAttnWeights whether to give the weights' mean over the heads
     * @param isCausal whether {@code attnMask} is known to forbid what comes later
     */
    @Torch(
            "forward(query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False)")
    public Result forward(
            Tensor query,
            Tensor key,
            Tensor value,
            @Nullable Tensor keyPaddingMask,
            boolean needWeights,
            @Nullable Tensor attnMask,
            boolean averageAttnWeights,
            boolean isCausal) {
        return call(
                in -> attend(
                        (Tensor) Hook.given(in[0]),
                        (Tensor) Hook.given(in[1]),
                        (Tensor) Hook.given(in[2]),
                        (Tensor) in[3],
                        needWeights,
                        (Tensor) in[4],
                        averageAttnWeights,
                        isCausal),
                query,
                key,
                value,
                keyPaddingMask,
                attnMask);
    }

    private Result attend(
            Tensor query,
            Tensor key,
            Tensor value,
            @Nullable Tensor keyPaddingMask,
            boolean needWeights,
            @Nullable Tensor attnMask,
            boolean average,
            boolean isCausal) {
        boolean turn = batchFirst && query.dim() == 3;
        Tensor q = turn ? query.transpose(0, 1) : query;
        Tensor k = key == query ? q : turn ? key.transpose(0, 1) : key; // one and the same stays so
        Tensor v = value == query ? q : value == key ? k : turn ? value.transpose(0, 1) : value;
        @Nullable
        Tensor[] both = Functional.multiHeadAttentionForward(
                q,
                k,
                v,
                embedDim,
                numHeads,
                inProjWeight,
                inProjBias,
                biasK,
                biasV,
                addZeroAttn,
                dropout,
                outProj.weight,
                outProj.bias,
                isTraining(),
                keyPaddingMask,
                needWeights,
                attnMask,
                inProjWeight == null,
                qProjWeight,
                kProjWeight,
                vProjWeight,
                null,
                null,
                average,
                isCausal);
        Tensor out = both[0];
        return new Result(turn ? out.transpose(0, 1) : out, both[1]);
    }

    @Override
    protected String describe() {
        return embedDim + ", " + numHeads;
    }
}
