package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** Groups of channels of (N, C, ...) brought to mean 0 and variance 1 (Wu and He 2018). As {@code nn.GroupNorm}. */
public final class GroupNorm extends Layer {
    /** (numChannels), or null. */
    public final @Nullable Tensor weight;

    /** (numChannels), or null. */
    public final @Nullable Tensor bias;

    private final long numGroups;
    private final long numChannels;
    private final double eps;

    /** With weight and bias, eps 1e-5. */
    public GroupNorm(long numGroups, long numChannels) {
        this(numGroups, numChannels, 1e-5, true, true);
    }

    /** All options. */
    @Torch("nn.GroupNorm(num_groups, num_channels, eps=1e-05, affine=True, *, bias=True)")
    public GroupNorm(long numGroups, long numChannels, double eps, boolean affine, boolean bias) {
        if (numGroups < 1 || numChannels % numGroups != 0) {
            throw CressetException.value(
                    "GroupNorm: " + numChannels + " channels must be divisible by the groups, " + numGroups);
        }
        this.numGroups = numGroups;
        this.numChannels = numChannels;
        this.eps = eps;
        weight = affine ? parameter(Tensor.ones(numChannels)) : null;
        this.bias = affine && bias ? parameter(Tensor.zeros(numChannels)) : null;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.groupNorm(input, numGroups, weight, bias, eps);
    }

    @Override
    protected String describe() {
        return numGroups + ", " + numChannels + ", eps=" + eps + ", affine=" + (weight != null ? "True" : "False");
    }
}
