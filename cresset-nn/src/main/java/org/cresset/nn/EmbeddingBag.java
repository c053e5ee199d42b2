package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/**
 * Sums, means or maxima of bags of vectors: indices (B, N), or (M) with offsets (B) where each bag begins, to (B,
 * embeddingDim). As {@code nn.EmbeddingBag}.
 */
public final class EmbeddingBag extends Layer {
    /** (numEmbeddings, embeddingDim). */
    public final Tensor weight;

    private final @Nullable Double maxNorm;
    private final double normType;
    private final boolean scaleGradByFreq;
    private final String mode;
    private final boolean sparse;
    private final boolean includeLastOffset;
    private final @Nullable Long paddingIdx;

    /** Means of standard normal vectors. */
    public EmbeddingBag(long numEmbeddings, long embeddingDim) {
        this(numEmbeddings, embeddingDim, "mean");
    }

    /** Mode sum, mean or max. */
    public EmbeddingBag(long numEmbeddings, long embeddingDim, String mode) {
        this(numEmbeddings, embeddingDim, null, 2, false, mode, false, null, false, null);
    }

    /** All options; {@code weight} null: standard normal. */
    @Torch(
            "nn.EmbeddingBag(num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None)")
    public EmbeddingBag(
            long numEmbeddings,
            long embeddingDim,
            @Nullable Double maxNorm,
            double normType,
            boolean scaleGradByFreq,
            String mode,
            boolean sparse,
            @Nullable Tensor weight,
            boolean includeLastOffset,
            @Nullable Long paddingIdx) {
        this.maxNorm = maxNorm;
        this.normType = normType;
        this.scaleGradByFreq = scaleGradByFreq;
        this.mode = mode;
        this.sparse = sparse;
        this.includeLastOffset = includeLastOffset;
        this.paddingIdx = Embedding.padding("EmbeddingBag", paddingIdx, numEmbeddings);
        this.weight = parameter(Embedding.table("EmbeddingBag", weight, numEmbeddings, embeddingDim, this.paddingIdx));
    }

    @Override
    protected Tensor compute(Tensor input) {
        return bags(input, null, null);
    }

    /** With offsets where bags begin in (M) indices, and with weights of the samples in mode sum; both may be null. */
    @Torch("forward(input, offsets=None, per_sample_weights=None)")
    public Tensor forward(Tensor input, @Nullable Tensor offsets, @Nullable Tensor perSampleWeights) {
        return call(
                in -> bags((Tensor) Hook.given(in[0]), (Tensor) in[1], (Tensor) in[2]),
                input,
                offsets,
                perSampleWeights);
    }

    private Tensor bags(Tensor input, @Nullable Tensor offsets, @Nullable Tensor perSampleWeights) {
        return Functional.embeddingBag(
                input,
                weight,
                offsets,
                maxNorm,
                normType,
                scaleGradByFreq,
                mode,
                sparse,
                perSampleWeights,
                includeLastOffset,
                paddingIdx);
    }

    @Override
    protected String describe() {
        return weight.size(0) + ", " + weight.size(1) + ", mode='" + mode + "'";
    }
}
