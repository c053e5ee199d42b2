package org.cresset.nn;

import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;

/** The channels of (N, C, ...) in another order: one of each group after the other (Zhang et al. 2017). As {@code nn.ChannelShuffle}. */
public final class ChannelShuffle extends Layer {
    private final long groups;

    /** With a number of groups. */
    @Torch("nn.ChannelShuffle(groups)")
    public ChannelShuffle(long groups) {
        this.groups = groups;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.channelShuffle(input, groups);
    }

    @Override
    protected String describe() {
        return "groups=" + groups;
    }
}
