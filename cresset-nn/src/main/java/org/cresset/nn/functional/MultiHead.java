package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Attention of several heads (Vaswani et al. 2017) on (L, N, E), step by step as PyTorch's function takes its arguments. */
final class MultiHead {
    private static final String OP = "multi_head_attention_forward";

    private final long heads;
    private final long head;
    private final long batch;
    /** The dimension of the batch, 0 or 1. */
    private final int n;

    private MultiHead(Tensor q, int n, long heads) {
        this.heads = heads;
        this.head = q.size(2) / heads;
        this.batch = q.size(n);
        this.n = n;
    }

    /** What is fixed for the learned parts. */
    record Weights(
            @Nullable Tensor inProjWeight,
            @Nullable Tensor inProjBias,
            @Nullable Tensor biasK,
            @Nullable Tensor biasV,
            Tensor outProjWeight,
            @Nullable Tensor outProjBias,
            @Nullable Tensor qProjWeight,
            @Nullable Tensor kProjWeight,
            @Nullable Tensor vProjWeight) {}

    /** Masks, and parts of keys and values that are given. */
    record Given(
            @Nullable Tensor keyPaddingMask,
            @Nullable Tensor attnMask,
            boolean isCausal,
            @Nullable Tensor staticK,
            @Nullable Tensor staticV,
            boolean addZeroAttn) {}

    /** The result and, if asked for, the weights. */
    static @Nullable Tensor[] forward(
            Tensor query,
            Tensor key,
            Tensor value,
            long heads,
            Weights w,
            Given given,
            double dropout,
            boolean needWeights,
            boolean averageWeights) {
        check(query, key, value, heads, w, given);
        boolean batched = query.dim() == 3;
        int n = batched && byBatch(query) ? 0 : 1;
        Tensor q = arrange(query, n);
        Tensor k = key == query ? q : arrange(key, n);
        Tensor v = value == query ? q : value == key ? k : arrange(value, n);
        MultiHead m = new MultiHead(q, n, heads);
        @Nullable Tensor[] both = m.attend(m.project(q, k, v, w), w, given, dropout, needWeights, batched);
        Tensor out = both[0];
        out = !batched ? out.squeeze(1) : n == 0 ? out.transpose(0, 1) : out;
        Tensor weights = both[1];
        if (weights != null) {
            weights = averageWeights ? weights.mean(new long[] {1}, false) : weights;
            weights = batched ? weights : weights.squeeze(0);
        }
        return new @Nullable Tensor[] {out, weights};
    }

    private static void check(Tensor query, Tensor key, Tensor value, long heads, Weights w, Given given) {
        boolean fits = (query.dim() == 2 || query.dim() == 3)
                && key.dim() == query.dim()
                && value.dim() == query.dim()
                && key.size(0) == value.size(0)
                && (query.dim() == 2 || query.size(1) == key.size(1) && key.size(1) == value.size(1));
        if (!fits) {
            throw CressetException.runtime(OP + ": query " + query.shape() + ", key " + key.shape() + " and value "
                    + value.shape() + "; expected (L, N, E), (S, N, kdim) and (S, N, vdim), or all without N");
        }
        if (heads < 1 || query.size(-1) % heads != 0) {
            throw CressetException.runtime(
                    OP + ": " + query.size(-1) + " features for " + heads + " heads; expected a multiple");
        }
        if ((w.biasK == null) != (w.biasV == null)) {
            throw CressetException.runtime(OP + ": bias_k and bias_v go together; give both or neither");
        }
        long batch = query.dim() == 2 ? 1 : query.size(1);
        checkStatic("static_k", given.staticK, w, batch * heads, query.size(-1) / heads);
        checkStatic("static_v", given.staticV, w, batch * heads, query.size(-1) / heads);
        if (given.isCausal && given.attnMask == null) {
            throw CressetException.runtime(OP + ": is_causal is a hint about attn_mask, which must be given too");
        }
    }

    private static void checkStatic(String name, @Nullable Tensor given, Weights w, long rows, long head) {
        if (given == null) {
            return;
        }
        if (w.biasK != null) {
            throw CressetException.runtime(OP + ": bias_k and bias_v can't be put behind " + name + "; leave one out");
        }
        if (given.dim() != 3 || given.size(0) != rows || given.size(2) != head) {
            throw CressetException.runtime(
                    OP + ": " + name + " " + given.shape() + "; expected (" + rows + ", S, " + head + ")");
        }
    }

    /** Whether what is (L, N, E) lies in memory as (N, L, E), as which it is then computed, without copies. */
    private static boolean byBatch(Tensor query) {
        return query instanceof Dense d && d.stride(0) < d.stride(1);
    }

    /** (L, N, E) or (L, E) with the batch, of one if there is none, at {@code n}. */
    private static Tensor arrange(Tensor x, int n) {
        return x.dim() == 2 ? x.unsqueeze(n) : n == 0 ? x.transpose(0, 1) : x;
    }

    /** The three projections, in as few products as the inputs allow. */
    private Tensor[] project(Tensor q, Tensor k, Tensor v, Weights w) {
        long e = q.size(2);
        Tensor b = w.inProjBias;
        if (w.inProjWeight == null) {
            if (w.qProjWeight == null || w.kProjWeight == null || w.vProjWeight == null) {
                throw CressetException.runtime(OP + ": expected in_proj_weight, or a weight for each of q, k and v");
            }
            return new Tensor[] {
                Functional.linear(q, w.qProjWeight, rows(b, 0, e)),
                Functional.linear(k, w.kProjWeight, rows(b, e, e)),
                Functional.linear(v, w.vProjWeight, rows(b, 2 * e, e))
            };
        }
        Tensor weight = w.inProjWeight;
        if (q == k && k == v) {
            return Functional.linear(q, weight, b).chunk(3, -1);
        }
        Tensor first = Functional.linear(q, weight.narrow(0, 0, e), rows(b, 0, e));
        if (k == v) {
            Tensor[] both = Functional.linear(k, weight.narrow(0, e, 2 * e), rows(b, e, 2 * e))
                    .chunk(2, -1);
            return new Tensor[] {first, both[0], both[1]};
        }
        return new Tensor[] {
            first,
            Functional.linear(k, weight.narrow(0, e, e), rows(b, e, e)),
            Functional.linear(v, weight.narrow(0, 2 * e, e), rows(b, 2 * e, e))
        };
    }

    private static @Nullable Tensor rows(@Nullable Tensor bias, long from, long count) {
        return bias == null ? null : bias.narrow(0, from, count);
    }

    /** From the projections to the result, with the batch where it is here, and the weights (N, heads, L, S). */
    private @Nullable Tensor[] attend(
            Tensor[] qkv, Weights w, Given given, double dropout, boolean needWeights, boolean batched) {
        Tensor q = split(qkv[0]);
        Tensor k = given.staticK == null ? split(behind(qkv[1], w.biasK)) : given.staticK.unflatten(0, batch, heads);
        Tensor v = given.staticV == null ? split(behind(qkv[2], w.biasV)) : given.staticV.unflatten(0, batch, heads);
        long more = w.biasK == null ? 0 : 1;
        if (given.addZeroAttn) {
            Tensor zero = Tensor.zeros(Shape.of(batch, heads, 1, head), k.dtype());
            k = Tensor.cat(2, k, zero);
            v = Tensor.cat(2, v, zero);
            more++;
        }
        boolean causal = given.isCausal && given.keyPaddingMask == null && !needWeights && more == 0;
        Tensor mask = causal ? null : mask(given, q, k.size(2) - more, more, batched);
        Tensor y;
        Tensor weights = null;
        if (needWeights) {
            Tensor scores = q.mul(1 / Math.sqrt((double) head)).matmul(k.transpose(-2, -1));
            weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
            weights = dropout > 0 ? Functional.dropout(weights, dropout, true) : weights;
            y = weights.matmul(v);
        } else {
            y = Functional.scaledDotProductAttention(q, k, v, mask, dropout, causal, null, false);
        }
        Tensor joined = (n == 0 ? y.permute(0, 2, 1, 3) : y.permute(2, 0, 1, 3))
                .reshape(qkv[0].shape().toArray());
        return new @Nullable Tensor[] {Functional.linear(joined, w.outProjWeight, w.outProjBias), weights};
    }

    /** With a key or value more for each sequence. */
    private Tensor behind(Tensor x, @Nullable Tensor bias) {
        return bias == null
                ? x
                : Tensor.cat(
                        1 - n, x, bias.reshape(1, 1, -1).expand(n == 0 ? batch : 1, n == 0 ? 1 : batch, heads * head));
    }

    /** (N, L, E) or (L, N, E) to (N, heads, L, E / heads). */
    private Tensor split(Tensor x) {
        Tensor parts = x.unflatten(2, heads, head);
        return n == 0 ? parts.permute(0, 2, 1, 3) : parts.permute(1, 2, 0, 3);
    }

    /** What is added to the scores (N, heads, L, S + more): both masks together. */
    private @Nullable Tensor mask(Given given, Tensor q, long source, long more, boolean batched) {
        long target = q.size(2);
        Tensor mask = null;
        Tensor attn = given.attnMask;
        if (attn != null) {
            boolean shared = attn.dim() == 2;
            Shape expected = shared ? Shape.of(target, source) : Shape.of(batch * heads, target, source);
            if (!attn.shape().equals(expected)) {
                throw CressetException.runtime(OP + ": attn_mask " + attn.shape() + "; expected (" + target + ", "
                        + source + ") or (" + batch * heads + ", " + target + ", " + source + ")");
            }
            Tensor added = additive("attn_mask", attn, q.dtype(), more);
            mask = shared ? added : added.unflatten(0, batch, heads);
        }
        Tensor padding = given.keyPaddingMask;
        if (padding != null) {
            if (!padding.shape().equals(batched ? Shape.of(batch, source) : Shape.of(source))) {
                throw CressetException.runtime(OP + ": key_padding_mask " + padding.shape() + "; expected "
                        + (batched ? "(" + batch + ", " + source + ")" : "(" + source + ",)"));
            }
            Tensor added = additive("key_padding_mask", padding, q.dtype(), more);
            added = added.reshape(batch, 1, 1, source + more);
            mask = mask == null ? added : mask.add(added);
        }
        return mask;
    }

    /** True becomes minus infinity; keys that were added can always be seen. */
    private static Tensor additive(String name, Tensor mask, DType dtype, long more) {
        if (mask.dtype() != DType.BOOL && !mask.dtype().isFloat()) {
            throw CressetException.runtime(OP + ": " + name + " of " + mask.dtype() + "; expected bool or floats");
        }
        Tensor m = mask.dtype() == DType.BOOL
                ? Tensor.zeros(mask.shape(), dtype).maskedFill(mask, Double.NEGATIVE_INFINITY)
                : mask.to(dtype);
        return more == 0 ? m : Functional.pad(m, 0, more);
    }
}
