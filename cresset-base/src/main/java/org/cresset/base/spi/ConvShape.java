package org.cresset.base.spi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a convolution in one to three dimensions: input (batch, inChannels, in...), weight (outChannels, inChannels /
 * groups, kernel...), output (batch, outChannels, out...). Dilation 1 means none.
 */
public record ConvShape(
        long batch,
        long inChannels,
        long outChannels,
        long groups,
        long[] in,
        long[] out,
        long[] kernel,
        long[] stride,
        long[] dilation,
        long[] padLow,
        long[] padHigh) {
    /** Number of spatial dimensions. */
    public int spatial() {
        return in.length;
    }

    /** The same for another batch size. */
    public ConvShape withBatch(long n) {
        return new ConvShape(n, inChannels, outChannels, groups, in, out, kernel, stride, dilation, padLow, padHigh);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof ConvShape s
                && batch == s.batch
                && inChannels == s.inChannels
                && outChannels == s.outChannels
                && groups == s.groups
                && Arrays.equals(in, s.in)
                && Arrays.equals(out, s.out)
                && Arrays.equals(kernel, s.kernel)
                && Arrays.equals(stride, s.stride)
                && Arrays.equals(dilation, s.dilation)
                && Arrays.equals(padLow, s.padLow)
                && Arrays.equals(padHigh, s.padHigh);
    }

    @Override
    public int hashCode() {
        int h = Long.hashCode(((batch * 31 + inChannels) * 31 + outChannels) * 31 + groups);
        h = 31 * h + Arrays.hashCode(in);
        h = 31 * h + Arrays.hashCode(kernel);
        h = 31 * h + Arrays.hashCode(stride);
        return 31 * (31 * h + Arrays.hashCode(dilation)) + Arrays.hashCode(padLow);
    }
}
