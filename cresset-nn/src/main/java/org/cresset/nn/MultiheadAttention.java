package org.cresset.nn;

import java.util.Objects;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
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
        check(query, key, value, keyPaddingMask);
        if (isCausal && attnMask == null) {
            throw CressetException.runtime("is_causal is a hint about a mask, which must be given too");
        }
        boolean batched = query.dim() == 3;
        int n = batchFirst ? 0 : 1;
        boolean same = key == query && value == query;
        Tensor q = batched ? query : query.unsqueeze(n);
        Tensor k = same ? q : batched ? key : key.unsqueeze(n);
        Tensor v = same ? q : value == key ? k : batched ? value : value.unsqueeze(n);
        Tensor[] projected = project(q, k, v);
        Tensor ks = projected[1];
        Tensor vs = projected[2];
        long batch = q.size(n);
        int along = 1 - n;
        long more = 0;
        if (biasK != null && biasV != null) {
            ks = Tensor.cat(along, ks, biasK.expand(batchFirst ? batch : 1, batchFirst ? 1 : batch, embedDim));
            vs = Tensor.cat(along, vs, biasV.expand(batchFirst ? batch : 1, batchFirst ? 1 : batch, embedDim));
            more++;
        }
        Tensor qh = heads(projected[0]);
        Tensor kh = heads(ks);
        Tensor vh = heads(vs);
        if (addZeroAttn) {
            Tensor zero = Tensor.zeros(Shape.of(batch, numHeads, 1, embedDim / numHeads), q.dtype());
            kh = Tensor.cat(2, kh, zero);
            vh = Tensor.cat(2, vh, zero);
            more++;
        }
        boolean causal = isCausal && keyPaddingMask == null && !needWeights && more == 0;
        Tensor mask = causal ? null : mask(attnMask, keyPaddingMask, q, k, batched, more);
        double p = isTraining() ? dropout : 0;
        Tensor y;
        Tensor weights = null;
        if (needWeights) {
            Tensor scores = qh.mul(1 / Math.sqrt((double) embedDim / numHeads)).matmul(kh.transpose(-2, -1));
            Tensor w = (mask == null ? scores : scores.add(mask)).softmax(-1);
            w = p > 0 ? Functional.dropout(w, p, true) : w;
            y = w.matmul(vh);
            weights = average ? w.mean(new long[] {1}, false) : w;
            weights = batched ? weights : weights.squeeze(0);
        } else {
            y = Functional.scaledDotProductAttention(qh, kh, vh, mask, p, causal, null, false);
        }
        // (N, heads, L, d) to (N, L, E) or (L, N, E)
        Tensor joined = batchFirst
                ? y.permute(0, 2, 1, 3).reshape(q.shape().toArray())
                : y.permute(2, 0, 1, 3).reshape(q.shape().toArray());
        Tensor out = outProj.forward(joined);
        return new Result(batched ? out : out.squeeze(n), weights);
    }

    private void check(Tensor query, Tensor key, Tensor value, @Nullable Tensor keyPaddingMask) {
        boolean fits = (query.dim() == 2 || query.dim() == 3)
                && key.dim() == query.dim()
                && value.dim() == query.dim()
                && query.size(-1) == embedDim;
        for (int d = 0; fits && d < key.dim() - 1; d++) {
            fits = key.size(d) == value.size(d);
        }
        if (!fits) {
            throw CressetException.runtime("attention: query " + query.shape() + ", key " + key.shape() + " and value "
                    + value.shape() + "; expected 2 or 3 dimensions, " + embedDim
                    + " features of the query, and key and value alike");
        }
        if (keyPaddingMask != null && keyPaddingMask.dim() != query.dim() - 1) {
            throw CressetException.runtime("attention: a key padding mask of shape " + keyPaddingMask.shape()
                    + " for a query of shape " + query.shape() + "; expected " + (query.dim() - 1) + " dimensions");
        }
    }

    private @Nullable Tensor bias(int part) {
        return inProjBias == null ? null : inProjBias.narrow(0, part * embedDim, embedDim);
    }

    /** The three projections, in as few products as the inputs allow. */
    private Tensor[] project(Tensor q, Tensor k, Tensor v) {
        Tensor w = inProjWeight;
        if (w == null) {
            return new Tensor[] {
                Functional.linear(q, Objects.requireNonNull(qProjWeight), bias(0)),
                Functional.linear(k, Objects.requireNonNull(kProjWeight), bias(1)),
                Functional.linear(v, Objects.requireNonNull(vProjWeight), bias(2))
            };
        }
        if (q == k && k == v) {
            return Functional.linear(q, w, inProjBias).chunk(3, -1);
        }
        Tensor first = Functional.linear(q, w.narrow(0, 0, embedDim), bias(0));
        if (k == v) {
            Tensor b = inProjBias == null ? null : inProjBias.narrow(0, embedDim, 2 * embedDim);
            Tensor[] both =
                    Functional.linear(k, w.narrow(0, embedDim, 2 * embedDim), b).chunk(2, -1);
            return new Tensor[] {first, both[0], both[1]};
        }
        return new Tensor[] {
            first,
            Functional.linear(k, w.narrow(0, embedDim, embedDim), bias(1)),
            Functional.linear(v, w.narrow(0, 2 * embedDim, embedDim), bias(2))
        };
    }

    /** (N, L, E) or (L, N, E) to (N, heads, L, E / heads). */
    private Tensor heads(Tensor x) {
        Tensor split = x.unflatten(2, numHeads, embedDim / numHeads);
        return batchFirst ? split.permute(0, 2, 1, 3) : split.permute(1, 2, 0, 3);
    }

    /** What is added to the scores (N, heads, L, S): both masks together. */
    private @Nullable Tensor mask(
            @Nullable Tensor attnMask,
            @Nullable Tensor keyPaddingMask,
            Tensor q,
            Tensor k,
            boolean batched,
            long more) {
        int n = batchFirst ? 0 : 1;
        long batch = q.size(n);
        long target = q.size(1 - n);
        long source = k.size(1 - n);
        Tensor mask = null;
        if (attnMask != null) {
            boolean fits = attnMask.dim() == 2
                    ? attnMask.shape().equals(Shape.of(target, source))
                    : attnMask.shape().equals(Shape.of(batch * numHeads, target, source));
            if (!fits) {
                throw CressetException.runtime("attention: a mask of shape " + attnMask.shape() + "; expected ("
                        + target + ", " + source + ") or (" + batch * numHeads + ", " + target + ", " + source + ")");
            }
            Tensor added = additive(attnMask, q.dtype(), more);
            mask = attnMask.dim() == 2 ? added : added.unflatten(0, batch, numHeads);
        }
        if (keyPaddingMask != null) {
            Tensor padding = batched ? keyPaddingMask : keyPaddingMask.unsqueeze(0);
            if (!padding.shape().equals(Shape.of(batch, source))) {
                throw CressetException.runtime("attention: a key padding mask of shape " + keyPaddingMask.shape()
                        + "; expected (" + batch + ", " + source + ")");
            }
            Tensor added = additive(padding, q.dtype(), more).unsqueeze(1).unsqueeze(2);
            mask = mask == null ? added : mask.add(added);
        }
        return mask;
    }

    /** True becomes minus infinity; keys that were added can always be seen. */
    static Tensor additive(Tensor mask, DType dtype, long more) {
        if (mask.dtype() != DType.BOOL && !mask.dtype().isFloat()) {
            throw CressetException.runtime("attention: a mask of " + mask.dtype() + "; expected bool or floats");
        }
        Tensor m = mask.dtype() == DType.BOOL
                ? Tensor.zeros(mask.shape(), dtype).maskedFill(mask, Double.NEGATIVE_INFINITY)
                : mask.to(dtype);
        return more == 0 ? m : Functional.pad(m, 0, more);
    }

    @Override
    protected String describe() {
        return embedDim + ", " + numHeads;
    }
}
