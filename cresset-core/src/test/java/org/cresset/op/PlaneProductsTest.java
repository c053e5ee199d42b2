package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.cresset.op.ConvolutionCase.at;

import java.util.List;
import org.cresset.base.DType;
import org.cresset.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PlaneProductsTest {
    /** Fewer channels out than in, as many, more; places that fill no vector; one image. */
    private static final List<ConvolutionCase> CASES = List.of(
            new ConvolutionCase(3, 96, 32, at(9, 13), at(1, 1), at(1, 1), at(0, 0), at(1, 1)),
            new ConvolutionCase(1, 64, 64, at(7, 7), at(1, 1), at(1, 1), at(0, 0), at(1, 1)),
            new ConvolutionCase(5, 33, 47, at(6, 6), at(1, 1), at(1, 1), at(0, 0), at(1, 1)));

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(LargeProducts.there()).isTrue();
        for (ConvolutionCase c : CASES) {
            assertThat(PlaneProducts.of(c.sizes())).as("%s", c).isNotNull();
            c.check();
        }
    }

    @Test
    void leavesToOthersWhatIsNoProductOfWholePlanes() {
        List<ConvolutionCase> others = List.of(
                new ConvolutionCase(2, 64, 64, at(14, 14), at(1, 1), at(2, 2), at(0, 0), at(1, 1)),
                new ConvolutionCase(2, 64, 64, at(14, 14), at(1, 1), at(1, 1), at(1, 1), at(1, 1)),
                new ConvolutionCase(2, 64, 64, at(14, 14), at(1, 3), at(1, 1), at(0, 0), at(1, 1)),
                new ConvolutionCase(2, 16, 64, at(14, 14), at(1, 1), at(1, 1), at(0, 0), at(1, 1)),
                new ConvolutionCase(2, 64, 64, at(5, 5), at(1, 1), at(1, 1), at(0, 0), at(1, 1)));
        for (ConvolutionCase c : others) {
            assertThat(PlaneProducts.of(c.sizes())).as("%s", c).isNull();
            c.check();
        }
    }

    @Test
    void planesGivePlanesAndTheSameAsChannelsLast() {
        assumeThat(LargeProducts.there()).isTrue();
        Tensor x = Tensor.randn(2, 64, 8, 8).requiresGrad(true);
        Tensor last = x.detach().channelsLast().requiresGrad(true);
        // a part of a larger weight, which lies with gaps
        Tensor w = Tensor.randn(32, 128, 1, 1).slice(1, 0L, 128L, 2).detach().requiresGrad(true);
        Tensor v = w.detach().contiguous().requiresGrad(true);
        Tensor g = Tensor.randn(2, 32, 8, 8);
        Tensor y = convolve(x, w);
        Tensor z = convolve(last, v);
        assertThat(PlaneProducts.arePlanes(y)).isTrue();
        y.backward(g);
        z.backward(g.channelsLast());
        assertThat(PlaneProducts.arePlanes(x.grad())).isTrue();
        for (Tensor[] pair :
                List.of(new Tensor[] {y, z}, new Tensor[] {x.grad(), last.grad()}, new Tensor[] {w.grad(), v.grad()})) {
            assertThat(pair[0].sub(pair[1]).abs().max().item()).isLessThan(1e-4);
        }
        Tensor mixed = x.detach().requiresGrad(true);
        Tensor u = v.detach().requiresGrad(true);
        convolve(mixed, u).backward(g.channelsLast()); // planes in, another order back
        assertThat(mixed.grad().sub(last.grad()).abs().max().item()).isLessThan(1e-4);
        assertThat(u.grad().sub(v.grad()).abs().max().item()).isLessThan(1e-4);
        assertThat(mixed.grad().dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void noImages() {
        Tensor x = Tensor.zeros(0, 64, 8, 8).requiresGrad(true);
        Tensor w = Tensor.randn(32, 64, 1, 1).requiresGrad(true);
        Tensor y = convolve(x, w);
        assertThat(y.shape().toArray()).containsExactly(0, 32, 8, 8);
        y.sum().backward();
        assertThat(w.grad().abs().max().item()).isZero();
        assertThat(x.grad().shape()).isEqualTo(x.shape());
    }

    private static Tensor convolve(Tensor x, Tensor w) {
        return Convolution.convolve("conv2d", x, w, null, at(1, 1), at(0, 0), at(0, 0), at(1, 1), 1);
    }
}
