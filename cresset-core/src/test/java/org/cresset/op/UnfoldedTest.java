package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

class UnfoldedTest {
    /** Batch, channels in and out, size in, size of the kernel, stride, padding, dilation. */
    private record Case(long n, long c, long k, long[] in, long[] kernel, long[] stride, long[] pad, long[] dilation) {
        ConvShape sizes() {
            long[] out = new long[2];
            long[] high = new long[2];
            for (int d = 0; d < 2; d++) {
                out[d] = (in[d] + 2 * pad[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
                high[d] = (out[d] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1 - in[d] - pad[d];
            }
            return new ConvShape(n, c, k, 1, in, out, kernel, stride, dilation, pad, high);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(1, 64, 128, at(4, 3), at(3, 3), at(1, 1), at(1, 1), at(1, 1)),
            new Case(2, 40, 200, at(7, 6), at(3, 3), at(2, 2), at(1, 1), at(1, 1)),
            new Case(1, 30, 160, at(9, 5), at(5, 3), at(3, 2), at(2, 0), at(1, 2)),
            new Case(3, 90, 150, at(2, 2), at(3, 3), at(1, 1), at(2, 1), at(1, 1)),
            new Case(1, 300, 150, at(1, 5), at(1, 2), at(1, 1), at(0, 3), at(1, 3)));

    private static long[] at(long down, long across) {
        return new long[] {down, across};
    }

    private static Tensor draw(Random r, long... shape) {
        float[] v = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) r.nextGaussian();
        }
        return Tensor.of(v).reshape(shape);
    }

    private static Tensor[] all(Case c, DType dtype) {
        Random r = new Random(3);
        Tensor x = draw(r, c.n, c.c, c.in[0], c.in[1]).to(dtype).requiresGrad(true);
        Tensor w = draw(r, c.k, c.c, c.kernel[0], c.kernel[1]).to(dtype).requiresGrad(true);
        Tensor b = draw(r, c.k).to(dtype).requiresGrad(true);
        Tensor y = Convolution.convolve("conv2d", x, w, b, c.stride, c.pad, c.pad, c.dilation, 1);
        y.backward(draw(r, y.shape().toArray()).to(dtype));
        return new Tensor[] {y.detach(), x.grad(), w.grad(), b.grad()};
    }

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(Providers.contractions()).isNotNull();
        for (Case c : CASES) {
            assertThat(Unfolded.suits(ConvPass.WEIGHT, c.sizes())).as("%s", c).isTrue();
            Tensor[] ours = all(c, DType.FLOAT32);
            Tensor[] exact = all(c, DType.FLOAT64);
            for (int i = 0; i < ours.length; i++) {
                double scale = exact[i].square().mean().sqrt().item();
                double error =
                        ours[i].to(DType.FLOAT64).sub(exact[i]).abs().max().item();
                assertThat(error / scale).as("result %d of %s", i, c).isLessThan(1e-5);
            }
        }
        assertThat(CASES.stream().filter(c -> Unfolded.suits(ConvPass.FORWARD, c.sizes())))
                .hasSizeGreaterThan(2);
        assertThat(CASES.stream().filter(c -> Unfolded.suits(ConvPass.INPUT, c.sizes())))
                .hasSizeGreaterThan(2);
    }
}
