package org.cresset.nn;

import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** A vector for each of a number of things: indices of any shape to (..., embeddingDim). As {@code nn.Embedding}. */
public final class Embedding extends Layer {
    /** (numEmbeddings, embeddingDim). */
    public final Tensor weight;

    private final @Nullable Long paddingIdx;
    private final @Nullable Double maxNorm;
    private final double normType;
    private final boolean scaleGradByFreq;
    private final boolean sparse;

    /** Standard normal vectors. */
    public Embedding(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, null, null, 2, false, false, null, false);
    }

    /** Standard normal vectors, but zeros for {@code paddingIdx}, which are not trained. */
    public Embedding(long numEmbeddings, long embeddingDim, @Nullable Long paddingIdx) {
        this(numEmbeddings, embeddingDim, paddingIdx, null, 2, false, false, null, false);
    }

    /** All options; {@code weight} null: standard normal. */
    @Torch(
            "nn.Embedding(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False)")
    public Embedding(
            long numEmbeddings,
            long embeddingDim,
            @Nullable Long paddingIdx,
            @Nullable Double maxNorm,
            double normType,
            boolean scaleGradByFreq,
            boolean sparse,
            @Nullable Tensor weight,
            boolean freeze) {
        this.paddingIdx = padding("Embedding", paddingIdx, numEmbeddings);
        this.maxNorm = maxNorm;
        this.normType = normType;
        this.scaleGradByFreq = scaleGradByFreq;
        this.sparse = sparse;
        this.weight = parameter(table("Embedding", weight, numEmbeddings, embeddingDim, this.paddingIdx));
        if (freeze) {
            this.weight.requiresGrad(false);
        }
    }

    /** With given vectors, which are trained unless {@code freeze}. */
    public static Embedding fromPretrained(Tensor embeddings, boolean freeze) {
        return new Embedding(embeddings.size(0), embeddings.size(1), null, null, 2, false, false, embeddings, freeze);
    }

    static @Nullable Long padding(String name, @Nullable Long index, long n) {
        if (index == null) {
            return null;
        }
        if (index >= n || index < -n) {
            throw CressetException.value(name + ": padding index " + index + " outside of " + n + " rows");
        }
        return index < 0 ? index + n : index;
    }

    static Tensor table(String name, @Nullable Tensor given, long n, long dim, @Nullable Long padding) {
        if (given != null) {
            if (given.dim() != 2 || given.size(0) != n || given.size(1) != dim) {
                throw CressetException.value(
                        name + ": a weight of shape " + given.shape() + "; expected (" + n + ", " + dim + ")");
            }
            return given;
        }
        Tensor w = Tensor.empty(DType.FLOAT32, n, dim).normal_(0, 1);
        if (padding != null) {
            Autograd.noGrad(() -> {
                w.select(0, padding).zero_();
            });
        }
        return w;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.embedding(input, weight, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
    }

    @Override
    protected String describe() {
        return weight.size(0) + ", " + weight.size(1) + (paddingIdx == null ? "" : ", padding_idx=" + paddingIdx);
    }
}
