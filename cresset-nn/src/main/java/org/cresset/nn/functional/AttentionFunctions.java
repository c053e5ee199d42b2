package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Attention;
import org.cresset.op.Precision;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Attention (Vaswani et al. 2017). Static members are reached through {@link Functional}. */
abstract class AttentionFunctions extends EmbeddingFunctions {
    AttentionFunctions() {}

    /**
     * {@code softmax(query keyᵀ scale + mask) value}: query (..., L, E), key (..., S, E), value (..., S, V); the mask is added,
     * or if bool says where to look; {@code scale} null: {@code 1 / sqrt(E)}. As {@code scaled_dot_product_attention}.
     */
    @Torch(
            "nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False)")
    public static Tensor scaledDotProductAttention(
            Tensor query,
            Tensor key,
            Tensor value,
            @Nullable Tensor attnMask,
            double dropoutP,
            boolean isCausal,
            @Nullable Double scale,
            boolean enableGqa) {
        if (query.dim() < 2
                || key.dim() < 2
                || value.dim() < 2
                || query.size(-1) != key.size(-1)
                || key.size(-2) != value.size(-2)) {
            throw CressetException.runtime(
                    "scaled_dot_product_attention: query " + query.shape() + ", key " + key.shape() + " and value "
                            + value.shape() + "; expected (..., L, E), (..., S, E) and (..., S, V)");
        }
        if (isCausal && attnMask != null) {
            throw CressetException.runtime("scaled_dot_product_attention: a mask and is_causal exclude each other");
        }
        query = Precision.LOWER.of(query);
        key = Precision.LOWER.of(key);
        value = Precision.LOWER.of(value);
        attnMask = Precision.LOWER.ofNullable(attnMask);
        Tensor k = key;
        Tensor v = value;
        if (enableGqa) {
            k = repeatHeads(key, query.size(-3) / key.size(-3));
            v = repeatHeads(value, query.size(-3) / value.size(-3));
        }
        double s = scale == null ? 1 / Math.sqrt(query.size(-1)) : scale;
        DType t = query.dtype();
        boolean narrow = t == DType.FLOAT16 || t == DType.BFLOAT16; // weights and sums are kept in float32
        Tensor q = narrow ? query.to(DType.FLOAT32) : query;
        k = narrow ? k.to(DType.FLOAT32) : k;
        v = narrow ? v.to(DType.FLOAT32) : v;
        Tensor added = attnMask == null || attnMask.dtype() != DType.BOOL
                ? attnMask
                : Tensor.zeros(attnMask.shape(), q.dtype()).maskedFill(attnMask.logicalNot(), Double.NEGATIVE_INFINITY);
        if (dropoutP == 0 && sameBatch(q, k, v)) {
            return together(new Attention.Attrs(s, isCausal), q, k, v, added).to(t);
        }
        Tensor scores = q.mul(s).matmul(k.transpose(-2, -1));
        if (isCausal) {
            added = Tensor.full(Shape.of(query.size(-2), key.size(-2)), Double.NEGATIVE_INFINITY, q.dtype())
                    .triu(1);
        }
        Tensor weights;
        if (added == null) {
            weights = scores.softmax(-1);
        } else { // a place that may look nowhere sees zeros
            scores = scores.add(added.to(scores.dtype()));
            Tensor nowhere = scores.detach().eq(Double.NEGATIVE_INFINITY).all(new long[] {-1}, true);
            weights = scores.maskedFill(nowhere, 0).softmax(-1).maskedFill(nowhere, 0);
        }
        weights = dropoutP > 0 ? dropout(weights, dropoutP, true, false) : weights;
        return weights.matmul(v).to(t);
    }

    /**
     * Attention of several heads on (L, N, E) or (L, E): the result and, if {@code needWeights}, the weights, of all heads or
     * their mean, else null. As {@code multi_head_attention_forward}, with its parameters.
     */
    @Torch(
            "nn.functional.multi_head_attention_forward(query, key: Tensor, value: Tensor, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True, is_causal=False)")
    public static @Nullable Tensor[] multiHeadAttentionForward(
            Tensor query,
            Tensor key,
            Tensor value,
            long embedDimToCheck,
            long numHeads,
            @Nullable Tensor inProjWeight,
            @Nullable Tensor inProjBias,
            @Nullable Tensor biasK,
            @Nullable Tensor biasV,
            boolean addZeroAttn,
            double dropoutP,
            Tensor outProjWeight,
            @Nullable Tensor outProjBias,
            boolean training,
            @Nullable Tensor keyPaddingMask,
            boolean needWeights,
            @Nullable Tensor attnMask,
            boolean useSeparateProjWeight,
            @Nullable Tensor qProjWeight,
            @Nullable Tensor kProjWeight,
            @Nullable Tensor vProjWeight,
            @Nullable Tensor staticK,
            @Nullable Tensor staticV,
            boolean averageAttnWeights,
            boolean isCausal) {
        if (query.size(-1) != embedDimToCheck) {
            throw CressetException.runtime("multi_head_attention_forward: query " + query.shape() + "; expected "
                    + embedDimToCheck + " features");
        }
        MultiHead.Weights w = new MultiHead.Weights(
                useSeparateProjWeight ? null : inProjWeight,
                inProjBias,
                biasK,
                biasV,
                outProjWeight,
                outProjBias,
                qProjWeight,
                kProjWeight,
                vProjWeight);
        MultiHead.Given given = new MultiHead.Given(keyPaddingMask, attnMask, isCausal, staticK, staticV, addZeroAttn);
        double p = training ? dropoutP : 0;
        return MultiHead.forward(query, key, value, numHeads, w, given, p, needWeights, averageAttnWeights);
    }

    private static boolean sameBatch(Tensor q, Tensor k, Tensor v) {
        boolean same = q.dim() == k.dim() && q.dim() == v.dim() && q.dtype() == k.dtype() && q.dtype() == v.dtype();
        for (int d = 0; same && d < q.dim() - 2; d++) {
            same = q.size(d) == k.size(d) && q.size(d) == v.size(d);
        }
        return same;
    }

    /** In one operation, which knows four dimensions. */
    private static Tensor together(Attention.Attrs attrs, Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        Tensor q4 = four(q);
        Tensor k4 = four(k);
        Tensor m4 = null;
        if (mask != null) {
            long[] wide = q.shape().toArray();
            wide[wide.length - 1] = k.size(-2);
            m4 = four(mask.to(q.dtype()).expand(wide));
        }
        Tensor y = Attention.attend(attrs, q4, k4, four(v), m4);
        if (q.dim() == 4) {
            return y;
        }
        long[] dims = q.shape().toArray();
        dims[dims.length - 1] = v.size(-1);
        return y.reshape(dims);
    }

    private static Tensor four(Tensor t) {
        Tensor x = t.dim() > 4 ? t.flatten(0, t.dim() - 4) : t;
        while (x.dim() < 4) {
            x = x.unsqueeze(0);
        }
        return x;
    }

    private static Tensor repeatHeads(Tensor t, long times) {
        if (times == 1) {
            return t;
        }
        long[] dims = t.shape().toArray();
        long[] wide = new long[dims.length + 1];
        System.arraycopy(dims, 0, wide, 0, dims.length - 2);
        wide[dims.length - 2] = times;
        wide[dims.length - 1] = dims[dims.length - 2];
        wide[dims.length] = dims[dims.length - 1];
        dims[dims.length - 3] *= times;
        return t.unsqueeze(-3).expand(wide).reshape(dims);
    }
}
