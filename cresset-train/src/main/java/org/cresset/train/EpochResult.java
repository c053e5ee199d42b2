package org.cresset.train;

/**
 * What came of one epoch.
 *
 * @param epoch its number, from 1
 * @param loss the mean training loss of its batches
 * @param validationLoss the mean loss over the validation set, NaN without one
 * @param accuracy the share of the validation set that is classified right, NaN without one
 * @param seconds how long it took
 */
public record EpochResult(int epoch, double loss, double validationLoss, double accuracy, double seconds) {}
