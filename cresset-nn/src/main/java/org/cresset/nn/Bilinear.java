package org.cresset.nn;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** {@code x1ᵀ A x2 + b}: (..., in1Features) and (..., in2Features) to (..., outFeatures). As {@code nn.Bilinear}. */
public final class Bilinear extends Module {
    /** (outFeatures, in1Features, in2Features). */
    public final Tensor weight;

    /** (outFeatures), or null. */
    public final @Nullable Tensor bias;

    /** With PyTorch's initial values: uniform in plus or minus {@code 1 / sqrt(in1Features)}. */
    @Torch("nn.Bilinear(in1_features, in2_features, out_features, bias=True)")
    public Bilinear(long in1Features, long in2Features, long outFeatures, boolean bias) {
        if (in1Features < 1) {
            throw CressetException.value("Bilinear: " + in1Features + " features of the first input; expected some");
        }
        double bound = 1 / Math.sqrt(in1Features);
        weight = parameter(Tensor.empty(DType.FLOAT32, outFeatures, in1Features, in2Features)
                .uniform_(-bound, bound));
        this.bias = bias ? parameter(Tensor.empty(DType.FLOAT32, outFeatures).uniform_(-bound, bound)) : null;
    }

    /** The product. */
    public Tensor forward(Tensor input1, Tensor input2) {
        return call(
                in -> Functional.bilinear((Tensor) Hook.given(in[0]), (Tensor) Hook.given(in[1]), weight, bias),
                input1,
                input2);
    }

    @Override
    protected String describe() {
        return "in1_features=" + weight.size(1) + ", in2_features=" + weight.size(2) + ", out_features="
                + weight.size(0) + ", bias=" + (bias != null ? "True" : "False");
    }
}
