package org.cresset.base.spi;

/** What of a convolution is computed: its output, or the gradient of its input or of its weight (and bias). */
public enum ConvPass {
    FORWARD,
    INPUT,
    WEIGHT
}
