package org.cresset.data.vision;

import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;

/** The pixels of images (..., H, W), plane after plane. */
record Planes(float[] pixels, int count, int height, int width) {
    static Planes of(String op, Tensor x) {
        checkImage(op, x);
        if (x.dtype() != DType.UINT8 && x.dtype() != DType.FLOAT32) {
            throw CressetException.type(op + ": the image is " + x.dtype() + "; expected uint8 or float32");
        }
        int h = (int) x.size(-2);
        int w = (int) x.size(-1);
        float[] pixels = x.toFloatArray();
        return new Planes(pixels, h * w == 0 ? 0 : pixels.length / (h * w), h, w);
    }

    static void checkImage(String op, Tensor x) {
        if (x.dim() < 2 || x.size(-1) == 0 || x.size(-2) == 0) {
            throw CressetException.value(op + ": shape " + x.shape() + "; expected images (..., H, W) with pixels");
        }
    }

    static Planes empty(int count, int height, int width) {
        return new Planes(new float[Math.toIntExact((long) count * height * width)], count, height, width);
    }

    /** These pixels with the other dimensions and the dtype of an image. */
    Tensor like(Tensor image) {
        long[] shape = image.shape().toArray();
        shape[shape.length - 2] = height;
        shape[shape.length - 1] = width;
        Tensor t = Tensor.from(pixels, shape);
        return image.dtype() == DType.UINT8 ? t.round().clamp(0, 255).to(DType.UINT8) : t;
    }
}
