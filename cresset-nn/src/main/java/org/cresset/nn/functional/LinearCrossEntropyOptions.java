package org.cresset.nn.functional;

import org.cresset.base.CressetException;
import org.jspecify.annotations.Nullable;

/**
 * How {@link LossFunctions#linearCrossEntropy} splits its work; the result stays the same but for rounding.
 *
 * @param batchChunkSize how many rows of the batch are projected onto the classes at once (null: all), which bounds the memory
 *     for scores where nothing is recorded for gradients
 */
public record LinearCrossEntropyOptions(@Nullable Long batchChunkSize) {
    /** Checks that chunks are not empty. */
    public LinearCrossEntropyOptions {
        if (batchChunkSize != null && batchChunkSize < 1) {
            throw CressetException.value(
                    "linear_cross_entropy: batch_chunk_size is " + batchChunkSize + "; expected at least 1");
        }
    }
}
