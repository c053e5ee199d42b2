package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.jspecify.annotations.Nullable;

/**
 * How {@link LossFunctions#linearCrossEntropy} splits its work, as {@code torch.nn.LinearCrossEntropyOptions}; the result stays
 * the same but for rounding. The scores of only some rows exist at a time, and gradients are computed along with the loss,
 * which therefore has no second derivative.
 *
 * @param allowRetainGraph without effect: the graph can always be retained
 * @param batchChunkSize how many rows of the batch are projected onto the classes at once; null: by {@code chunkingMethod}
 * @param chunkingMethod {@code "aspect_ratio"}: as many rows as make the scores as large as the input;
 *     {@code "aspect_ratio:n"}: an n-th of that; {@code "auto"}: half of that; null: all rows at once
 * @param accPolicy without effect: gradients are accumulated in the type of the weights
 * @param accDtype without effect
 */
public record LinearCrossEntropyOptions(
        @Nullable Boolean allowRetainGraph,
        @Nullable Long batchChunkSize,
        @Nullable String chunkingMethod,
        @Nullable String accPolicy,
        @Nullable DType accDtype) {
    /** Checks that chunks are not empty. */
    public LinearCrossEntropyOptions {
        if (batchChunkSize != null && batchChunkSize < 1) {
            throw CressetException.value(
                    "linear_cross_entropy: batch_chunk_size is " + batchChunkSize + "; expected at least 1");
        }
        if (chunkingMethod != null && !chunkingMethod.matches("auto|aspect_ratio(:[1-9][0-9]{0,8})?")) {
            throw CressetException.value("linear_cross_entropy: chunking_method is \"" + chunkingMethod
                    + "\"; expected auto, aspect_ratio, aspect_ratio:n or none");
        }
    }

    /** Chunks of a number of rows. */
    public static LinearCrossEntropyOptions ofRows(long rows) {
        return new LinearCrossEntropyOptions(null, rows, null, null, null);
    }

    /** Chunks of as many rows as seem best. */
    public static LinearCrossEntropyOptions automatic() {
        return new LinearCrossEntropyOptions(null, null, "auto", null, null);
    }

    /** The rows of a chunk of a batch. */
    long rows(long batch, long features, long classes) {
        if (batchChunkSize != null) {
            return batchChunkSize;
        }
        if (chunkingMethod == null || batch == 0 || features == 0) {
            return Math.max(batch, 1);
        }
        int colon = chunkingMethod.indexOf(':');
        long part = colon < 0 ? 1 : Long.parseLong(chunkingMethod.substring(colon + 1));
        long divisor = chunkingMethod.equals("auto") ? 2 : part;
        long ratio = Math.max(1, Math.ceilDiv(classes, features));
        long even = Long.highestOneBit(Math.max(1, 2 * Math.ceilDiv(batch, ratio) - 1));
        return Math.max(1, even / divisor);
    }
}
