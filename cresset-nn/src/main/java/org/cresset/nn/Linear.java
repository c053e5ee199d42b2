package org.cresset.nn;

import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** {@code y = x weightᵀ + bias}: (..., inFeatures) to (..., outFeatures). As {@code nn.Linear}. */
public class Linear extends Layer {
    /** (outFeatures, inFeatures). */
    public final Tensor weight;

    /** (outFeatures), or null. */
    public final @Nullable Tensor bias;

    /** With bias. */
    public Linear(long inFeatures, long outFeatures) {
        this(inFeatures, outFeatures, true);
    }

    /** With PyTorch's initial values: uniform in plus or minus {@code 1 / sqrt(inFeatures)}. */
    @Torch("nn.Linear(in_features, out_features, bias=True)")
    public Linear(long inFeatures, long outFeatures, boolean bias) {
        weight = parameter(Initial.kaiming(Tensor.empty(DType.FLOAT32, outFeatures, inFeatures)));
        this.bias = bias ? parameter(Initial.bias(outFeatures, inFeatures)) : null;
    }

    /** Without parameters yet. */
    Linear(long outFeatures) {
        weight = Tensor.empty(DType.FLOAT32, outFeatures, 0);
        bias = null;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.linear(input, weight, bias);
    }

    @Override
    protected String describe() {
        return "in_features=" + weight.size(1) + ", out_features=" + weight.size(0) + ", bias=" + (bias != null);
    }
}
