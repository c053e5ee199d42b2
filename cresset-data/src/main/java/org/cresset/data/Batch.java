package org.cresset.data;

import org.cresset.tensor.Tensor;

/**
 * Several examples in one; the first dimension of both tensors counts them.
 *
 * @param input what a model sees, (N, ...)
 * @param target what it should answer, (N, ...)
 */
public record Batch(Tensor input, Tensor target) {
    /** Number of examples. */
    public long size() {
        return input.size(0);
    }
}
