package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Functions that Java lacks, against correctly rounded values. */
class SpecialTest {
    private static final Map<String, DoubleUnaryOperator> FUNCTIONS = Map.of(
            "lgamma", Special::lgamma,
            "digamma", Special::digamma,
            "erf", ErrorFunctions::erf,
            "erfc", ErrorFunctions::erfc,
            "erfcx", ErrorFunctions::erfcx,
            "erfinv", ErrorFunctions::erfinv,
            "ndtr", ErrorFunctions::ndtr,
            "ndtri", ErrorFunctions::ndtri,
            "logNdtr", ErrorFunctions::logNdtr,
            "trigamma", Special::trigamma);

    @TestFactory
    List<DynamicTest> valuesAreRight() throws IOException {
        try (InputStream in = SpecialTest.class.getResourceAsStream("special.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .map(l -> DynamicTest.dynamicTest(l, () -> {
                        String[] words = l.split(" ");
                        double want = Double.parseDouble(words[2]);
                        double got = FUNCTIONS.get(words[0]).applyAsDouble(Double.parseDouble(words[1]));
                        assertThat(got).isCloseTo(want, within(2e-12 * Math.max(Math.abs(want), 1e-300)));
                    }))
                    .toList();
        }
    }

    @Test
    void edges() {
        assertThat(Special.lgamma(0)).isInfinite();
        assertThat(Special.lgamma(-2)).isInfinite();
        assertThat(ErrorFunctions.erfinv(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ErrorFunctions.erfinv(1.1)).isNaN();
        assertThat(ErrorFunctions.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(Special.zeta(2, 1)).isCloseTo(Math.PI * Math.PI / 6, within(1e-14));
        assertThat(Special.polygamma(2, 1)).isCloseTo(-2.404113806319188570799476, within(1e-13));
        assertThat(Special.fmod(-7, 3)).isEqualTo(-1);
        assertThat(Special.floorDivide(-7, 2)).isEqualTo(-4);
    }
}
