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
    private static final Map<String, DoubleUnaryOperator> FUNCTIONS = Map.ofEntries(
            Map.entry("lgamma", Special::lgamma),
            Map.entry("digamma", Special::digamma),
            Map.entry("trigamma", Special::trigamma),
            Map.entry("erf", ErrorFunctions::erf),
            Map.entry("erfc", ErrorFunctions::erfc),
            Map.entry("erfcx", ErrorFunctions::erfcx),
            Map.entry("erfinv", ErrorFunctions::erfinv),
            Map.entry("ndtr", ErrorFunctions::ndtr),
            Map.entry("ndtri", ErrorFunctions::ndtri),
            Map.entry("logNdtr", ErrorFunctions::logNdtr),
            Map.entry("j0", Bessel::j0),
            Map.entry("j1", Bessel::j1),
            Map.entry("y0", Bessel::y0),
            Map.entry("y1", Bessel::y1),
            Map.entry("sphericalJ0", Bessel::sphericalJ0),
            Map.entry("i0", ModifiedBessel::i0),
            Map.entry("i1", ModifiedBessel::i1),
            Map.entry("i0e", ModifiedBessel::i0e),
            Map.entry("i1e", ModifiedBessel::i1e),
            Map.entry("k0", ModifiedBessel::k0),
            Map.entry("k1", ModifiedBessel::k1),
            Map.entry("k0e", ModifiedBessel::k0e),
            Map.entry("k1e", ModifiedBessel::k1e),
            Map.entry("ai", Airy::ai));

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
