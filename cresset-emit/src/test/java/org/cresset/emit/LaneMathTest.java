package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The functions that lane bodies are made of: within a few units in the last place everywhere, in both forms alike. */
class LaneMathTest {
    /** A function in lanes. */
    private interface Lane {
        <V> V of(Lanes<V> l, V x);
    }

    private record Case(String name, Lane lane, DoubleUnaryOperator exact, double low, double high) {}

    private static List<Case> cases() {
        List<Case> c = new ArrayList<>();
        c.add(new Case("exp", LaneMath::exp, StrictMath::exp, -104, 88.7));
        c.add(new Case("expm1", LaneMath::expm1, StrictMath::expm1, -20, 88));
        c.add(new Case("log", LaneMath::log, StrictMath::log, 1e-38, 1e4));
        c.add(new Case("log near 1", LaneMath::log, StrictMath::log, 0.5, 2));
        c.add(new Case("log1p", LaneMath::log1p, StrictMath::log1p, -0.99, 100));
        c.add(new Case("log1p near 0", LaneMath::log1p, StrictMath::log1p, -1e-4, 1e-4));
        c.add(new Case("log2", LaneMath::log2, Special::log2, 1e-3, 1e4));
        c.add(new Case("log10", LaneMath::log10, StrictMath::log10, 1e-3, 1e4));
        c.add(new Case("sin", LaneMath::sin, StrictMath::sin, -100, 100));
        c.add(new Case("cos", LaneMath::cos, StrictMath::cos, -100, 100));
        c.add(new Case("tanh", LaneMath::tanh, StrictMath::tanh, -10, 10));
        c.add(new Case("tanh near 0", LaneMath::tanh, StrictMath::tanh, -1e-3, 1e-3));
        c.add(new Case("sigmoid", LaneMath::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), -80, 80));
        c.add(new Case("erf", LaneMath::erf, ErrorFunctions::erf, -4, 4));
        c.add(new Case("atan", LaneMath::atan, StrictMath::atan, -20, 20));
        c.add(new Case("asin", LaneMath::asin, StrictMath::asin, -1, 1));
        return c;
    }

    private static Loop loop(Case c, LaneType type) {
        return new Loop("F", type, List.of(false), 1, List.of(), false, new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(c.lane.of(l, in.getFirst()));
            }
        });
    }

    @TestFactory
    List<DynamicTest> singlePrecision() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> singlePrecision(c)))
                .toList();
    }

    private static void singlePrecision(Case c) {
        int n = 20_011;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(3L * 4 * n, 64);
            for (int i = 0; i < n; i++) {
                m.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (c.low + (c.high - c.low) * i / (n - 1)));
            }
            Loop loop = loop(c, LaneType.F32);
            Emitted.scalar(loop).run(m, 0, null, 0, null, 0, m, 4L * n, n);
            // The vector form is interpreted here, and slow: an odd number of elements is enough.
            int few = loop.vectorizable() ? 203 : 0;
            if (few > 0) {
                Emitted.vector(loop).run(m, 0, null, 0, null, 0, m, 8L * n, few);
            }
            for (int i = 0; i < n; i++) {
                float x = m.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                float got = m.getAtIndex(ValueLayout.JAVA_FLOAT, n + i);
                double want = c.exact.applyAsDouble(x);
                double ulp = Math.max(Math.ulp((float) want), Float.MIN_NORMAL * 0x1p-22f);
                assertThat(Math.abs(got - want) / ulp)
                        .as("%s(%s) = %s", c.name, x, got)
                        .isLessThan(2.5);
                if (i < few) {
                    assertThat(m.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * n + i)).isEqualTo(got);
                }
            }
        }
    }

    @TestFactory
    List<DynamicTest> doublePrecision() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> doublePrecision(c)))
                .toList();
    }

    private static void doublePrecision(Case c) {
        int n = 5_003;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(2L * 8 * n, 64);
            for (int i = 0; i < n; i++) {
                m.setAtIndex(ValueLayout.JAVA_DOUBLE, i, c.low + (c.high - c.low) * i / (n - 1));
            }
            Emitted.scalar(loop(c, LaneType.F64)).run(m, 0, null, 0, null, 0, m, 8L * n, n);
            for (int i = 0; i < n; i++) {
                double x = m.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                double got = m.getAtIndex(ValueLayout.JAVA_DOUBLE, n + i);
                double want = c.exact.applyAsDouble(x);
                assertThat(Math.abs(got - want) / Math.ulp(want))
                        .as("%s(%s) = %s", c.name, x, got)
                        .isLessThan(8);
            }
        }
    }
}
