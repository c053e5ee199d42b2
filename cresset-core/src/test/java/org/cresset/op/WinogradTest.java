package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.cresset.base.DType;
import org.cresset.base.Workers;
import org.cresset.base.spi.ConvPass;
import org.cresset.base.spi.ConvShape;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WinogradTest {
    private static final long[] ONE = {1, 1};

    /** Batch, channels in and out, height, width, padding before and after. */
    private record Case(long n, long c, long k, long h, long w, long top, long left, long bottom, long right) {
        ConvShape sizes() {
            long[] out = {h + top + bottom - 2, w + left + right - 2};
            return new ConvShape(
                    n,
                    c,
                    k,
                    1,
                    new long[] {h, w},
                    out,
                    new long[] {3, 3},
                    ONE,
                    ONE,
                    new long[] {top, left},
                    new long[] {bottom, right});
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(2, 32, 48, 24, 23, 1, 1, 1, 1),
            new Case(5, 48, 32, 17, 22, 0, 0, 0, 0),
            new Case(1, 40, 33, 62, 31, 2, 2, 2, 2),
            new Case(9, 64, 16, 12, 12, 0, 2, 1, 0),
            new Case(4, 17, 64, 16, 19, 1, 0, 0, 2),
            new Case(70, 32, 32, 4, 4, 1, 1, 1, 1));

    /** Output, and gradients of input, weight and bias. */
    private static Tensor[] all(Case c, DType dtype, boolean channelsLast) {
        Random r = new Random(7);
        ConvShape s = c.sizes();
        Tensor x = random(r, c.n, c.c, c.h, c.w).to(dtype).requiresGrad(true);
        Tensor w = random(r, c.k, c.c, 3, 3).mul(0.1f).to(dtype).detach().requiresGrad(true);
        Tensor b = random(r, c.k).to(dtype).requiresGrad(true);
        Tensor g = random(r, c.n, c.k, s.out()[0], s.out()[1]).to(dtype);
        Tensor in = channelsLast ? x.channelsLast() : x;
        Tensor y = Convolution.convolve("conv2d", in, w, b, ONE, s.padLow(), s.padHigh(), ONE, 1);
        y.backward(channelsLast ? g.channelsLast() : g);
        return new Tensor[] {y.detach(), x.grad(), w.grad(), b.grad()};
    }

    private static Tensor random(Random r, long... shape) {
        float[] v = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) r.nextGaussian();
        }
        return Tensor.of(v).reshape(shape);
    }

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(Providers.contractions()).isNotNull();
        for (Case c : CASES) {
            for (ConvPass pass : ConvPass.values()) {
                assertThat(Winograd.suits(pass, c.sizes())).as("%s %s", pass, c).isTrue();
            }
            Tensor[] exact = all(c, DType.FLOAT64, false);
            for (boolean channelsLast : new boolean[] {false, true}) {
                Tensor[] ours = all(c, DType.FLOAT32, channelsLast);
                for (int i = 0; i < ours.length; i++) {
                    double scale = exact[i].square().mean().sqrt().item();
                    double error =
                            ours[i].to(DType.FLOAT64).sub(exact[i]).abs().max().item();
                    assertThat(error / scale).as("result %d of %s", i, c).isLessThan(2e-5);
                }
            }
        }
    }

    /** Twice the rounding of the direct sum, which takes the products one after the other. */
    @Test
    void roundsLittleMoreThanTheDirectSum() {
        assumeThat(Providers.contractions()).isNotNull();
        Case c = new Case(2, 64, 64, 24, 24, 1, 1, 1, 1);
        Tensor y = all(c, DType.FLOAT32, false)[0].to(DType.FLOAT64);
        Tensor exact = all(c, DType.FLOAT64, false)[0];
        double rms = y.sub(exact).square().mean().sqrt().item()
                / exact.square().mean().sqrt().item();
        assertThat(rms).isLessThan(1.5e-6);
    }

    @Test
    void resultsDontDependOnTheThreads() {
        assumeThat(Providers.contractions()).isNotNull();
        int before = Workers.threads();
        try {
            for (Case c : CASES) {
                Workers.setThreads(1);
                Tensor[] one = all(c, DType.FLOAT32, true);
                Workers.setThreads(3);
                Tensor[] three = all(c, DType.FLOAT32, true);
                for (int i = 0; i < one.length; i++) {
                    assertThat(three[i].toFloatArray()).containsExactly(one[i].toFloatArray());
                }
            }
        } finally {
            Workers.setThreads(before);
        }
    }

    @Test
    void otherConvolutionsAreLeftToTheLibrary() {
        Case c = CASES.get(0);
        ConvShape s = c.sizes();
        assertThat(Winograd.suits(ConvPass.FORWARD, s)).isTrue();
        assertThat(Winograd.suits(ConvPass.FORWARD, s.withBatch(1).withBatch(0)))
                .isFalse();
        assertThat(Winograd.suits(
                        ConvPass.FORWARD,
                        new ConvShape(2, 32, 48, 1, s.in(), s.out(), s.kernel(), new long[] {2, 1}, ONE, ONE, ONE)))
                .isFalse();
        assertThat(Winograd.suits(
                        ConvPass.FORWARD, new ConvShape(2, 32, 64, 2, s.in(), s.out(), s.kernel(), ONE, ONE, ONE, ONE)))
                .isFalse();
        assertThat(Winograd.suits(
                        ConvPass.FORWARD,
                        new ConvShape(2, 32, 48, 1, s.in(), s.out(), s.kernel(), ONE, new long[] {1, 2}, ONE, ONE)))
                .isFalse();
    }
}
