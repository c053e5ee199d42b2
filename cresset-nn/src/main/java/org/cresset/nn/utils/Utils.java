package org.cresset.nn.utils;

/** The functions of {@code torch.nn.utils}. */
public final class Utils extends SequenceUtils {
    private Utils() {}
}
