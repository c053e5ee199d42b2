package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The last dimensions brought to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016). As {@code nn.LayerNorm}. */
public final class LayerNorm extends Layer {
    /** Of the normalized shape, or null. */
    public final @Nullable Tensor weight;

    /** Of the normalized shape, or null. */
    public final @Nullable Tensor bias;

    private final long[] normalizedShape;
    private final double eps;

    /** With weight and bias, eps 1e-5. */
    public LayerNorm(long... normalizedShape) {
        this(normalizedShape, 1e-5, true, true);
    }

    /** All options. */
    @Torch("nn.LayerNorm(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True)")
    public LayerNorm(long[] normalizedShape, double eps, boolean elementwiseAffine, boolean bias) {
        this.normalizedShape = normalizedShape.clone();
        this.eps = eps;
        Shape s = Shape.of(normalizedShape);
        weight = elementwiseAffine ? parameter(Tensor.ones(s, DType.FLOAT32)) : null;
        this.bias = elementwiseAffine && bias ? parameter(Tensor.zeros(s, DType.FLOAT32)) : null;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.layerNorm(input, normalizedShape, weight, bias, eps);
    }

    @Override
    protected String describe() {
        return Arrays.toString(normalizedShape) + ", eps=" + eps + ", elementwise_affine="
                + (weight != null ? "True" : "False");
    }
}
