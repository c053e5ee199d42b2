package org.cresset.data;

import org.cresset.tensor.Tensor;

/**
 * One element of a data set for supervised learning.
 *
 * @param input what a model sees
 * @param target what it should answer
 */
public record Example(Tensor input, Tensor target) {}
