package org.cresset.nn;

import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of different lengths without padding: the elements of all first steps, then those of all second ones, and so on,
 * the longest sequence first. As {@code torch.nn.utils.rnn.PackedSequence}; {@link org.cresset.nn.utils.Utils} makes them.
 *
 * @param data (elements of all steps, ...)
 * @param batchSizes (steps), int64: how many sequences reach each step
 * @param sortedIndices (batch): which sequence is the longest, the next, ...; null: they are in that order
 * @param unsortedIndices (batch): the inverse of that, or null
 */
public record PackedSequence(
        Tensor data,
        Tensor batchSizes,
        @Nullable Tensor sortedIndices,
        @Nullable Tensor unsortedIndices) {}
