package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.cresset.op.ConvolutionCase.at;

import java.util.List;
import org.cresset.base.spi.ConvPass;
import org.cresset.emit.MachineProducts;
import org.junit.jupiter.api.Test;

class SmallImagesTest {
    private static final List<ConvolutionCase> CASES = List.of(
            new ConvolutionCase(1, 64, 128, at(4, 3), at(3, 3), at(1, 1), at(1, 1), at(1, 1)),
            new ConvolutionCase(2, 64, 160, at(9, 5), at(5, 3), at(1, 1), at(2, 0), at(3, 2)),
            new ConvolutionCase(3, 96, 152, at(2, 2), at(3, 3), at(1, 1), at(2, 1), at(1, 1)),
            new ConvolutionCase(1, 80, 416, at(4, 11), at(1, 2), at(1, 1), at(1, 4), at(1, 3)),
            new ConvolutionCase(1, 304, 152, at(1, 5), at(1, 2), at(1, 1), at(0, 3), at(1, 3)),
            new ConvolutionCase(5, 64, 256, at(3, 3), at(3, 3), at(1, 1), at(1, 1), at(1, 1)));

    private static final List<ConvolutionCase> WITH_STEPS = List.of(
            new ConvolutionCase(4, 72, 176, at(4, 4), at(3, 3), at(2, 2), at(1, 1), at(1, 1)),
            new ConvolutionCase(5, 64, 160, at(5, 5), at(5, 3), at(3, 2), at(2, 0), at(1, 2)),
            new ConvolutionCase(4, 144, 240, at(7, 11), at(1, 2), at(2, 3), at(0, 0), at(1, 3)));

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(Providers.contractions()).isNotNull();
        assumeThat(MachineProducts.there())
                .as("machine code of Linux on x86-64 with AVX2")
                .isTrue();
        for (ConvolutionCase c : CASES) {
            for (ConvPass pass : ConvPass.values()) {
                assertThat(SmallImages.suits(pass, c.sizes()))
                        .as("%s %s", pass, c)
                        .isTrue();
            }
            c.check();
        }
        for (ConvolutionCase c : WITH_STEPS) {
            assertThat(SmallImages.suits(ConvPass.FORWARD, c.sizes()))
                    .as("%s", c)
                    .isTrue();
            c.check();
        }
    }

    /** Where nothing of an image is met, gradients are 0 and the output is the bias. */
    @Test
    void elementsThatMeetNothing() {
        assumeThat(Providers.contractions()).isNotNull();
        new ConvolutionCase(1, 64, 128, at(1, 1), at(3, 3), at(1, 1), at(1, 1), at(1, 1)).check();
        new ConvolutionCase(1, 64, 128, at(1, 2), at(3, 3), at(1, 1), at(3, 3), at(1, 1)).check();
    }
}
