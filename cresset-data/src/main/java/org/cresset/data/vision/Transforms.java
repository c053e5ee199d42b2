package org.cresset.data.vision;

import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** What is done to images (..., C, H, W) before a model sees them, as {@code torchvision.transforms}. */
public final class Transforms {
    private Transforms() {}

    /** Float32 from 0 to 1 of bytes from 0 to 255; floats as they are. As {@code torchvision.transforms.ToTensor}. */
    public static Tensor toFloat(Tensor x) {
        return x.dtype() == DType.UINT8 ? x.to(DType.FLOAT32).div(255) : x;
    }
}
