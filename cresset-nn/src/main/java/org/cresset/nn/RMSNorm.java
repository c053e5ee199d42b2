package org.cresset.nn;

import java.util.Arrays;
import org.cresset.base.DType;
import org.cresset.base.Shape;
import org.cresset.nn.functional.Functional;
import org.cresset.tensor.Tensor;
import org.cresset.tensor.Torch;
import org.jspecify.annotations.Nullable;

/** The last dimensions divided by the root of their mean square, then scaled (Zhang and Sennrich 2019). As {@code nn.RMSNorm}. */
public final class RMSNorm extends Layer {
    /** Of the normalized shape, or null. */
    public final @Nullable Tensor weight;

    private final long[] normalizedShape;
    private final @Nullable Double eps;

    /** With weight; eps is that of the dtype. */
    public RMSNorm(long... normalizedShape) {
        this(normalizedShape, null, true);
    }

    /** All options. */
    @Torch("nn.RMSNorm(normalized_shape, eps=None, elementwise_affine=True)")
    public RMSNorm(long[] normalizedShape, @Nullable Double eps, boolean elementwiseAffine) {
        this.normalizedShape = normalizedShape.clone();
        this.eps = eps;
        weight = elementwiseAffine ? parameter(Tensor.ones(Shape.of(normalizedShape), DType.FLOAT32)) : null;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return Functional.rmsNorm(input, normalizedShape, weight, eps);
    }

    @Override
    protected String describe() {
        return Arrays.toString(normalizedShape) + ", eps=" + (eps == null ? "None" : eps) + ", elementwise_affine="
                + (weight != null ? "True" : "False");
    }
}
