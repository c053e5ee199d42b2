package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.spi.ConvShape;
import org.cresset.tensor.Tensor;

/** A two-dimensional convolution: batch, channels in and out, size in, size of the kernel, stride, padding, dilation. */
record ConvolutionCase(long n, long c, long k, long[] in, long[] kernel, long[] stride, long[] pad, long[] dilation) {
    static long[] at(long down, long across) {
        return new long[] {down, across};
    }

    ConvShape sizes() {
        long[] out = new long[2];
        long[] high = new long[2];
        for (int d = 0; d < 2; d++) {
            out[d] = (in[d] + 2 * pad[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
            high[d] = (out[d] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1 - in[d] - pad[d];
        }
        return new ConvShape(n, c, k, 1, in, out, kernel, stride, dilation, pad, high);
    }

    private static Tensor draw(Random r, long... shape) {
        float[] v = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) r.nextGaussian();
        }
        return Tensor.of(v).reshape(shape);
    }

    /** Output and gradients of input, weight and bias. */
    private Tensor[] all(DType dtype) {
        Random r = new Random(3);
        Tensor x = draw(r, n, c, in[0], in[1]).to(dtype).requiresGrad(true);
        Tensor w = draw(r, k, c, kernel[0], kernel[1]).to(dtype).requiresGrad(true);
        Tensor b = draw(r, k).to(dtype).requiresGrad(true);
        Tensor y = Convolution.convolve("conv2d", x, w, b, stride, pad, pad, dilation, 1);
        y.backward(draw(r, y.shape().toArray()).to(dtype));
        return new Tensor[] {y.detach(), x.grad(), w.grad(), b.grad()};
    }

    /** Everything in float32 agrees with the direct sum in float64. */
    void check() {
        Tensor[] ours = all(DType.FLOAT32);
        Tensor[] exact = all(DType.FLOAT64);
        for (int i = 0; i < ours.length; i++) {
            double scale = exact[i].square().mean().sqrt().item();
            double error = ours[i].to(DType.FLOAT64).sub(exact[i]).abs().max().item();
            assertThat(error / scale).as("result %d of %s", i, sizes()).isLessThan(1e-5);
        }
    }
}
