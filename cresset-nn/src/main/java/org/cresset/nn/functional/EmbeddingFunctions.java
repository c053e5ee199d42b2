package org.cresset.nn.functional;

import java.util.Arrays;
import org.cresset.autograd.Autograd;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.op.Bags;
import org.cresset.op.RowLookup;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Rows of a table looked up by index. Static members are reached through {@link Functional}. */
abstract class EmbeddingFunctions extends NormFunctions {
    EmbeddingFunctions() {}

    /** Rows of {@code weight} (V, E) for indices of any shape: (..., E). */
    public static Tensor embedding(Tensor input, Tensor weight) {
        return embedding(input, weight, null, null, 2, false, false);
    }

    /**
     * Rows of {@code weight} (V, E) for indices of any shape: (..., E). The row {@code paddingIdx} gets no gradient; rows
     * longer than {@code maxNorm} are scaled down in place; {@code scaleGradByFreq} divides a row's gradient by how often it
     * occurs. With {@code sparse}, the gradient of a leaf is made of the rows used, see {@link Tensor#sparseGrad()}; on the way
     * through other operations it is dense. As {@code embedding}.
     */
    @Torch(
            "nn.functional.embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)")
    public static Tensor embedding(
            Tensor input,
            Tensor weight,
            @Nullable Long paddingIdx,
            @Nullable Double maxNorm,
            double normType,
            boolean scaleGradByFreq,
            boolean sparse) {
        if (weight.dim() != 2 || input.dtype() != DType.INT64 && input.dtype() != DType.INT32) {
            throw CressetException.runtime("embedding: indices of " + input.dtype() + input.shape() + " into weight "
                    + weight.shape() + "; expected int64 or int32 indices and (V, E)");
        }
        long v = weight.size(0);
        long padding = paddingIdx == null ? -1 : paddingIdx < 0 ? v + paddingIdx : paddingIdx;
        if (paddingIdx != null && (padding < 0 || padding >= v)) {
            throw CressetException.value("embedding: padding index " + paddingIdx + " outside of " + v + " rows");
        }
        Tensor index = input.to(DType.INT64).reshape(input.numel());
        if (maxNorm != null) {
            shorten(index, weight, maxNorm, normType);
        }
        long[] dims = new long[input.dim() + 1];
        System.arraycopy(input.shape().dims(), 0, dims, 0, input.dim());
        dims[input.dim()] = weight.size(1);
        if (sparse) {
            requireNoFrequencies("embedding", scaleGradByFreq);
        }
        Tensor table = weight;
        if (scaleGradByFreq) {
            Tensor counts = Tensor.zeros(Shape.of(v), DType.INT64).scatterAdd(0, index, index.onesLike());
            Tensor share =
                    counts.clamp(1L, null).to(weight.dtype()).reciprocal().unsqueeze(1);
            // The same values, with a gradient that is scaled on its way back.
            table = weight.mul(share).add(weight.detach().mul(share.neg().add(1)));
        }
        return RowLookup.of(table, index, padding, sparse).reshape(dims);
    }

    private static void requireNoFrequencies(String op, boolean scaleGradByFreq) {
        if (scaleGradByFreq) {
            throw CressetException.runtime(
                    op + ": sparse gradients with scale_grad_by_freq are not supported; leave out one of both");
        }
    }

    private static void shorten(Tensor index, Tensor weight, double maxNorm, double normType) {
        Autograd.noGrad(() -> {
            Dense w = weight.dense("embedding");
            for (long i : Arrays.stream(index.toLongArray()).distinct().toArray()) {
                Tensor row = w.select(0, i);
                double norm = row.norm(normType).item();
                if (norm > maxNorm) {
                    row.mul_(maxNorm / (norm + 1e-7));
                }
            }
        });
    }

    /**
     * Sums, means or maxima of bags of rows: {@code input} (B, N), or (M) with {@code offsets} (B) where each bag begins:
     * (B, E). With {@code sparse}, which mode max hasn't, the gradient of a leaf is made of the rows used. As
     * {@code embedding_bag}.
     */
    @Torch(
            "nn.functional.embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None)")
    public static Tensor embeddingBag(
            Tensor input,
            Tensor weight,
            @Nullable Tensor offsets,
            @Nullable Double maxNorm,
            double normType,
            boolean scaleGradByFreq,
            String mode,
            boolean sparse,
            @Nullable Tensor perSampleWeights,
            boolean includeLastOffset,
            @Nullable Long paddingIdx) {
        if (perSampleWeights != null && !mode.equals("sum")) {
            throw CressetException.runtime("embedding_bag: weights of samples are for mode 'sum', not '" + mode + "'");
        }
        if (perSampleWeights != null && !perSampleWeights.shape().equals(input.shape())) {
            throw CressetException.value(
                    "embedding_bag: weights of samples " + perSampleWeights.shape() + " for input " + input.shape());
        }
        if (input.dim() == 2 ? offsets != null : offsets == null || offsets.dim() != 1 || input.dim() != 1) {
            throw CressetException.value("embedding_bag: input " + input.shape() + " with offsets "
                    + (offsets == null ? "none" : offsets.shape())
                    + "; expected (B, N) without or (M) with offsets (B)");
        }
        long n = input.numel();
        Tensor starts = offsets == null ? Tensor.arange(input.size(0)).mul(input.size(1)) : offsets;
        long bags = starts.size(0) - (offsets != null && includeLastOffset ? 1 : 0);
        Tensor to = starts.hasValues() ? bags(starts.toLongArray(), bags, n) : bags(starts, bags, n);
        long padding = paddingIdx == null ? -1 : paddingIdx < 0 ? weight.size(0) + paddingIdx : paddingIdx;
        if (!mode.equals("sum") && !mode.equals("mean") && !mode.equals("max")) {
            throw CressetException.value("embedding_bag: mode '" + mode + "'; expected 'sum', 'mean' or 'max'");
        }
        if (sparse) {
            requireNoFrequencies("embedding_bag", scaleGradByFreq);
            if (mode.equals("max")) {
                throw CressetException.value(
                        "embedding_bag: mode 'max' has no sparse gradients; leave out sparse, or use 'sum' or 'mean'");
            }
        }
        if (!mode.equals("max") && !scaleGradByFreq) {
            Tensor index = input.to(DType.INT64).reshape(n);
            if (maxNorm != null) {
                shorten(index, weight, maxNorm, normType);
            }
            Tensor share;
            if (offsets == null && paddingIdx == null) {
                double each = mode.equals("mean") ? 1.0 / input.size(1) : 1;
                share = Tensor.full(Shape.of(n), each, weight.dtype());
            } else {
                Tensor used = input.reshape(n).ne(padding);
                share = used.to(weight.dtype());
                if (mode.equals("mean")) {
                    share = share.div(counts(used, to, bags, weight.dtype())
                            .clamp(1, null)
                            .indexSelect(0, to));
                }
            }
            share = perSampleWeights == null ? share : share.mul(perSampleWeights.reshape(n));
            return Bags.sum(weight, index, to, share, bags, sparse, padding);
        }
        Tensor used = input.reshape(n).ne(padding);
        Tensor rows = embedding(input.reshape(n), weight, null, maxNorm, normType, scaleGradByFreq, sparse);
        if (perSampleWeights != null) {
            rows = rows.mul(perSampleWeights.reshape(n, 1));
        }
        Shape result = Shape.of(bags, weight.size(1));
        Tensor counts = counts(used, to, bags, rows.dtype());
        Tensor unused = used.logicalNot().unsqueeze(1);
        if (mode.equals("max")) {
            Tensor low = rows.maskedFill(unused, Double.NEGATIVE_INFINITY);
            Tensor y = Tensor.full(result, Double.NEGATIVE_INFINITY, rows.dtype())
                    .scatterReduce(0, to.unsqueeze(1).expand(n, weight.size(1)), low, "amax", true);
            return Tensor.where(counts.eq(0).unsqueeze(1), y.zerosLike(), y);
        }
        Tensor y = Tensor.zeros(result, rows.dtype()).indexAdd(0, to, rows.maskedFill(unused, 0));
        return mode.equals("sum") ? y : y.div(counts.clamp(1, null).unsqueeze(1));
    }

    /** How many indices of each bag are used. */
    private static Tensor counts(Tensor used, Tensor to, long bags, DType dtype) {
        return Tensor.zeros(Shape.of(bags), dtype).indexAdd(0, to, used.to(dtype));
    }

    /** The bag of each of n indices. */
    private static Tensor bags(long[] starts, long bags, long n) {
        if (starts.length > 0 && (starts[0] != 0 || starts[starts.length - 1] > n)) {
            throw CressetException.value("embedding_bag: offsets from " + starts[0] + " to " + starts[starts.length - 1]
                    + "; expected them to begin with 0 and to lie within " + n + " indices");
        }
        long[] bag = new long[(int) n];
        int b = 0;
        for (int i = 0; i < n; i++) {
            while (b + 1 < bags && starts[b + 1] <= i) {
                b++;
            }
            bag[i] = b;
        }
        return Tensor.of(bag);
    }

    /** The same where the beginnings can't be read: how many bags after the first have begun. */
    private static Tensor bags(Tensor starts, long bags, long n) {
        Tensor later = starts.narrow(0, 1, Math.max(0, bags - 1));
        return Tensor.arange(n).unsqueeze(1).ge(later).sum(new long[] {1}, false);
    }
}
