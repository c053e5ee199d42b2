package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Attention of several heads (Vaswani et al. 2017) on (L, N, E), step by step as PyTorch's function takes its arguments. */
final class MultiHead {
    private final long heads;
    private final long batch;
    private final long head;

    private MultiHead(long heads, long batch, long head) {
        this.heads = heads;
        this.batch = batch;
        this.head = head;
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
        boolean batched = query.dim() == 3;
        if (query.dim() != 2 && query.dim() != 3 || key.dim() != query.dim() || value.dim() != query.dim()) {
            throw CressetException.runtime("multi_head_attention_forward: query " + query.shape() + ", key "
                    + key.shape() + " and value " + value.shape() + "; expected (L, N, E) or (L, E)");
        }
        Tensor q = batched ? query : query.unsqueeze(1);
        long embed = q.size(2);
        if (heads < 1 || embed % heads != 0) {
            throw CressetException.runtime("multi_head_attention_forward: " + embed + " features for " + heads
                    + " heads; expected a multiple");
        }
        MultiHead m = new MultiHead(heads, q.size(1), embed / heads);
        Tensor[] qkv = project(q, batched ? key : key.unsqueeze(1), batched ? value : value.unsqueeze(1), w);
        @Nullable Tensor[] both = m.attend(qkv, w, given, dropout, batched);
        Tensor out = both[0];
        if (!batched) {
            out = out.squeeze(1);
        }
        Tensor weights = null;
        if (needWeights) {
            weights = both[1].unflatten(0, m.batch, heads);
            weights = averageWeights ? weights.mean(new long[] {1}, false) : weights;
            weights = batched ? weights : weights.squeeze(0);
        }
        return new @Nullable Tensor[] {out, weights};
    }

    private static Tensor[] project(Tensor q, Tensor k, Tensor v, Weights w) {
        long e = q.size(2);
        Tensor[] in = {q, k, v};
        Tensor[] own = {w.qProjWeight, w.kProjWeight, w.vProjWeight};
        Tensor[] out = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            Tensor weight = own[i];
            if (w.inProjWeight != null) {
                weight = w.inProjWeight.narrow(0, i * e, e);
            }
            if (weight == null) {
                throw CressetException.runtime(
                        "multi_head_attention_forward: expected in_proj_weight, or a weight for each of q, k and v");
            }
            Tensor bias = w.inProjBias == null ? null : w.inProjBias.narrow(0, i * e, e);
            out[i] = Functional.linear(in[i], weight, bias);
        }
        return out;
    }

    private @Nullable Tensor[] attend(Tensor[] qkv, Weights w, Given given, double dropout, boolean batched) {
        Tensor k = qkv[1];
        Tensor v = qkv[2];
        DType t = k.dtype();
        Tensor mask = given.attnMask == null ? null : additive(given.attnMask, t);
        Tensor padding = given.keyPaddingMask == null ? null : additive(given.keyPaddingMask, t);
        if (mask != null && mask.dim() == 2) {
            mask = mask.unsqueeze(0);
        }
        if (padding != null && !batched) {
            padding = padding.unsqueeze(0);
        }
        if (w.biasK != null && w.biasV != null) {
            k = Tensor.cat(0, k, w.biasK.reshape(1, 1, -1).repeat(1, batch, 1));
            v = Tensor.cat(0, v, w.biasV.reshape(1, 1, -1).repeat(1, batch, 1));
            mask = longer(mask);
            padding = longer(padding);
        }
        Tensor q = split(qkv[0]);
        k = given.staticK == null ? split(k) : given.staticK;
        v = given.staticV == null ? split(v) : given.staticV;
        if (given.addZeroAttn) {
            Tensor zero = Tensor.zeros(Shape.of(batch * heads, 1, head), t);
            k = Tensor.cat(1, k, zero);
            v = Tensor.cat(1, v, zero);
            mask = longer(mask);
            padding = longer(padding);
        }
        if (padding != null) {
            long source = k.size(1);
            Tensor p = padding.reshape(batch, 1, 1, source)
                    .expand(batch, heads, 1, source)
                    .reshape(batch * heads, 1, source);
            mask = mask == null ? p : mask.add(p);
        }
        Tensor scores = q.mul(Math.sqrt(1.0 / head)).matmul(k.transpose(-2, -1));
        Tensor weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
        weights = dropout > 0 ? Functional.dropout(weights, dropout, true) : weights;
        Tensor mixed = weights.matmul(v).transpose(0, 1).reshape(-1, heads * head);
        Tensor out = Functional.linear(mixed, w.outProjWeight, w.outProjBias);
        return new @Nullable Tensor[] {out.reshape(q.size(1), batch, out.size(-1)), weights};
    }

    /** (L, N, heads head) as (N heads, L, head). */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), batch * heads, head).transpose(0, 1);
    }

    /** What is true is not looked at. */
    private static Tensor additive(Tensor mask, DType t) {
        return mask.dtype() == DType.BOOL
                ? Tensor.zeros(mask.shape(), t).maskedFill(mask, Double.NEGATIVE_INFINITY)
                : mask.to(t);
    }

    /** For one key more, which is looked at. */
    private static @Nullable Tensor longer(@Nullable Tensor mask) {
        if (mask == null) {
            return null;
        }
        long[] dims = Arrays.copyOf(mask.shape().dims(), mask.dim());
        dims[dims.length - 1] = 1;
        return Tensor.cat(-1, mask, Tensor.zeros(Shape.of(dims), mask.dtype()));
    }
}
