package org.cresset.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Different elements or slices.
 *
 * @param output each once
 * @param inverse for each element (or slice) of the input where it is in {@code output}, int64; null if not asked for
 * @param counts how often each of {@code output} occurs, int64; null if not asked for
 */
public record Uniques(
        Tensor output, @Nullable Tensor inverse, @Nullable Tensor counts) {}
