package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.cresset.op.ConvolutionCase.at;

import java.util.List;
import org.cresset.base.spi.ConvPass;
import org.junit.jupiter.api.Test;

class SubpixelsTest {
    /** Kernels that the steps divide and others, paddings of every rest, rests at the far ends, steps that differ. */
    private static final List<ConvolutionCase> CASES = List.of(
            new ConvolutionCase(2, 3, 64, at(40, 36), at(7, 7), at(2, 2), at(3, 3), at(1, 1)),
            new ConvolutionCase(2, 3, 64, at(63, 64), at(4, 4), at(2, 2), at(1, 1), at(1, 1)),
            new ConvolutionCase(2, 1, 128, at(70, 61), at(5, 6), at(2, 3), at(2, 0), at(1, 1)),
            new ConvolutionCase(1, 2, 64, at(96, 97), at(8, 4), at(4, 1), at(3, 1), at(1, 1)),
            new ConvolutionCase(1, 3, 48, at(121, 95), at(11, 11), at(4, 4), at(2, 5), at(1, 1)));

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(Providers.contractions()).isNotNull();
        for (ConvolutionCase c : CASES) {
            assertThat(Subpixels.suits(ConvPass.INPUT, c.sizes())).as("%s", c).isTrue();
            c.check();
        }
    }

    @Test
    void leavesToTheLibraryWhatItDoesBetter() {
        List<ConvolutionCase> others = List.of(
                new ConvolutionCase(2, 64, 64, at(40, 36), at(3, 3), at(2, 2), at(1, 1), at(1, 1)),
                new ConvolutionCase(2, 3, 64, at(40, 36), at(3, 3), at(1, 1), at(1, 1), at(1, 1)),
                new ConvolutionCase(2, 3, 64, at(40, 36), at(7, 7), at(2, 2), at(3, 3), at(2, 2)),
                new ConvolutionCase(1, 3, 4, at(10, 10), at(7, 7), at(2, 2), at(3, 3), at(1, 1)));
        for (ConvolutionCase c : others) {
            assertThat(Subpixels.suits(ConvPass.INPUT, c.sizes())).as("%s", c).isFalse();
            c.check();
        }
    }
}
