package org.cresset.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.cresset.op.ConvolutionCase.at;

import java.util.List;
import org.cresset.base.spi.ConvPass;
import org.junit.jupiter.api.Test;

class UnfoldedTest {
    private static final List<ConvolutionCase> CASES = List.of(
            new ConvolutionCase(1, 60, 128, at(4, 3), at(3, 3), at(1, 1), at(1, 1), at(1, 1)),
            new ConvolutionCase(2, 40, 200, at(7, 6), at(3, 3), at(2, 2), at(1, 1), at(1, 1)),
            new ConvolutionCase(1, 30, 160, at(9, 5), at(5, 3), at(3, 2), at(2, 0), at(1, 2)),
            new ConvolutionCase(3, 90, 150, at(2, 2), at(3, 3), at(1, 1), at(2, 1), at(1, 1)),
            new ConvolutionCase(1, 300, 150, at(1, 5), at(1, 2), at(1, 1), at(0, 3), at(1, 3)));

    @Test
    void agreesWithTheDirectSumInDoublePrecision() {
        assumeThat(Providers.contractions()).isNotNull();
        for (ConvolutionCase c : CASES) {
            assertThat(Unfolded.suits(ConvPass.WEIGHT, c.sizes())).as("%s", c).isTrue();
            c.check();
        }
        assertThat(CASES.stream().filter(c -> Unfolded.suits(ConvPass.FORWARD, c.sizes())))
                .hasSizeGreaterThan(2);
        assertThat(CASES.stream().filter(c -> Unfolded.suits(ConvPass.INPUT, c.sizes())))
                .hasSizeGreaterThan(2);
    }
}
