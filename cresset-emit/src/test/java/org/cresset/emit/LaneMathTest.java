package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The functions that lane bodies are made of: within a few units in the last place everywhere, in both forms alike. */
class LaneMathTest {
    /** A function in lanes. */
    private interface Lane {
        <V> V of(Lanes<V> l, V x);
    }

    private record Case(
            String name, Lane lane, DoubleUnaryOperator exact, double low, double high, boolean wide, double ulps) {
        Case(String name, Lane lane, DoubleUnaryOperator exact, double low, double high) {
            this(name, lane, exact, low, high, false, 2.5);
        }

        /** Computed in float64, kept in float32. */
        static Case wide(String name, Lane lane, DoubleUnaryOperator exact, double low, double high) {
            return new Case(name, lane, exact, low, high, true, 0.51);
        }

        Case within(double more) {
            return new Case(name, lane, exact, low, high, wide, more);
        }
    }

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
        c.add(new Case("exp2", LaneMath::exp2, Special::exp2, -149, 127.9));
        c.add(new Case("log10 near 1", LaneMath::log10, StrictMath::log10, 0.5, 2));
        c.add(new Case("tan", Trigonometry::tan, StrictMath::tan, -100, 100).within(3));
        c.add(new Case("acos", Trigonometry::acos, StrictMath::acos, -1, 1));
        c.add(new Case("sinh", Hyperbolic::sinh, StrictMath::sinh, -89, 89));
        c.add(new Case("sinh near 0", Hyperbolic::sinh, StrictMath::sinh, -1.1, 1.1));
        c.add(new Case("cosh", Hyperbolic::cosh, StrictMath::cosh, -89, 89));
        c.add(new Case("asinh", Hyperbolic::asinh, Inverse::asinh, -10, 10));
        c.add(new Case("asinh far", Hyperbolic::asinh, Inverse::asinh, 1e6, 1e30));
        c.add(new Case("acosh", Hyperbolic::acosh, Inverse::acosh, 1, 10));
        c.add(new Case("atanh", Hyperbolic::atanh, Inverse::atanh, -0.9999, 0.9999));
        c.add(new Case("erfc", ErrorLanes::erfc, ErrorFunctions::erfc, -5, 9).within(5));
        c.add(new Case("erfinv", ErrorLanes::erfinv, ErrorFunctions::erfinv, -0.9999999, 0.9999999).within(4));
        c.add(new Case("ndtri", ErrorLanes::ndtri, ErrorFunctions::ndtri, 1e-6, 0.9999999).within(4));
        c.add(new Case("ndtri of little", ErrorLanes::ndtri, ErrorFunctions::ndtri, 1e-40, 1e-37).within(4));
        c.add(Case.wide("exp in double", LaneMath::exp, StrictMath::exp, -100, 88));
        c.add(Case.wide("log in double", LaneMath::log, StrictMath::log, 1e-38, 10));
        c.add(Case.wide("log1p in double", LaneMath::log1p, StrictMath::log1p, -0.99, 10));
        c.add(Case.wide("sin in double", LaneMath::sin, StrictMath::sin, -1000, 1000));
        c.add(Case.wide("cos in double", LaneMath::cos, StrictMath::cos, -1000, 1000));
        c.add(Case.wide("tan in double", Trigonometry::tan, StrictMath::tan, -1000, 1000));
        c.add(Case.wide("erfcx", ErrorLanes::erfcx, ErrorFunctions::erfcx, -9, 100));
        c.add(Case.wide("ndtr", ErrorLanes::ndtr, ErrorFunctions::ndtr, -12, 6).within(2.5));
        c.add(Case.wide("log_ndtr", ErrorLanes::logNdtr, ErrorFunctions::logNdtr, -100, 6));
        c.add(Case.wide("lgamma", GammaLanes::lgamma, Special::lgamma, 0.01, 30).within(1));
        c.add(Case.wide("lgamma below 0", GammaLanes::lgamma, Special::lgamma, -0.99, -0.01)
                .within(1));
        c.add(Case.wide("digamma", GammaLanes::digamma, Special::digamma, 1.5, 30));
        c.add(Case.wide("digamma below 0", GammaLanes::digamma, Special::digamma, -0.45, -0.01));
        c.add(Case.wide("trigamma", GammaLanes::trigamma, Special::trigamma, -5.5, 30));
        for (BesselLanes.Kind k : BesselLanes.Kind.values()) {
            c.add(Case.wide(k.name(), k::of, BESSEL.get(k), 0.05, 30).within(1));
        }
        return c;
    }

    private static final Map<BesselLanes.Kind, DoubleUnaryOperator> BESSEL = Map.ofEntries(
            Map.entry(BesselLanes.Kind.J0, Bessel::j0),
            Map.entry(BesselLanes.Kind.J1, Bessel::j1),
            Map.entry(BesselLanes.Kind.Y0, Bessel::y0),
            Map.entry(BesselLanes.Kind.Y1, Bessel::y1),
            Map.entry(BesselLanes.Kind.SPHERICAL_J0, Bessel::sphericalJ0),
            Map.entry(BesselLanes.Kind.I0, ModifiedBessel::i0),
            Map.entry(BesselLanes.Kind.I1, ModifiedBessel::i1),
            Map.entry(BesselLanes.Kind.I0E, ModifiedBessel::i0e),
            Map.entry(BesselLanes.Kind.I1E, ModifiedBessel::i1e),
            Map.entry(BesselLanes.Kind.K0, ModifiedBessel::k0),
            Map.entry(BesselLanes.Kind.K1, ModifiedBessel::k1),
            Map.entry(BesselLanes.Kind.K0E, ModifiedBessel::k0e),
            Map.entry(BesselLanes.Kind.K1E, ModifiedBessel::k1e));

    private static Loop loop(Case c, LaneType type, Row row) {
        return new Loop("F", type, List.of(false), 1, List.of(), List.of(row, row), false, new Body() {
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
            Loop loop = c.wide ? loop(c, LaneType.F64, Row.NARROW) : loop(c, LaneType.F32, Row.PLAIN);
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
                        .isLessThan(c.ulps);
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
            Emitted.scalar(loop(c, LaneType.F64, Row.PLAIN)).run(m, 0, null, 0, null, 0, m, 8L * n, n);
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

    private static List<Case> wideCases() {
        return List.of(
                new Case("exp", LaneMath::exp, StrictMath::exp, -745, 709.7),
                new Case("exp near 0", LaneMath::exp, StrictMath::exp, -1, 1),
                new Case("expm1", LaneMath::expm1, StrictMath::expm1, -50, 709.7),
                new Case("expm1 near 0", LaneMath::expm1, StrictMath::expm1, -1, 1),
                new Case("log", LaneMath::log, StrictMath::log, 1e-300, 1e5),
                new Case("log near 1", LaneMath::log, StrictMath::log, 0.6, 1.6),
                new Case("log of tiny", LaneMath::log, StrictMath::log, 0x1p-1074, 0x1p-1020),
                new Case("log1p", LaneMath::log1p, StrictMath::log1p, -0.999, 100),
                new Case("log1p near 0", LaneMath::log1p, StrictMath::log1p, -1e-9, 1e-9),
                new Case("sin", LaneMath::sin, StrictMath::sin, -20, 20),
                new Case("cos", LaneMath::cos, StrictMath::cos, -20, 20),
                new Case("sin far", LaneMath::sin, StrictMath::sin, -2e6, 2e6),
                new Case("cos far", LaneMath::cos, StrictMath::cos, -2e6, 2e6),
                new Case("tanh", LaneMath::tanh, StrictMath::tanh, -25, 25).within(3.5),
                new Case("tanh near 0", LaneMath::tanh, StrictMath::tanh, -1e-3, 1e-3));
    }

    /** In float64 within some two units of a function that is within one, and the same bits in all forms; edges too. */
    @TestFactory
    List<DynamicTest> fullDoublePrecision() {
        return wideCases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> fullDoublePrecision(c)))
                .toList();
    }

    private static void fullDoublePrecision(Case c) {
        int n = 40_003;
        double[] edges = {
            0.0,
            -0.0,
            1,
            -1,
            Double.NaN,
            1.0 / 0,
            -1.0 / 0,
            Double.MIN_VALUE,
            -1e-300,
            1e300,
            -1e300,
            710,
            -746,
            1e-20,
            22,
            -22
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(4L * 8 * n, 64);
            for (int i = 0; i < n; i++) {
                double x = i < edges.length ? edges[i] : c.low + (c.high - c.low) * i / (n - 1);
                m.setAtIndex(ValueLayout.JAVA_DOUBLE, i, x);
            }
            Loop loop = loop(c, LaneType.F64, Row.PLAIN);
            Kernel scalar = Emitted.scalar(loop);
            scalar.run(m, 0, null, 0, null, 0, m, 8L * n, n);
            int few = loop.vectorizable() ? 203 : 0; // interpreted, and slow
            if (few > 0) {
                Emitted.vector(loop).run(m, 0, null, 0, null, 0, m, 16L * n, few);
            }
            Kernel machine = MachineKernels.of(loop, () -> scalar);
            if (machine != null) {
                machine.run(m, 0, null, 0, null, 0, m, 24L * n, n);
            }
            for (int i = 0; i < n; i++) {
                double x = m.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                double got = m.getAtIndex(ValueLayout.JAVA_DOUBLE, n + i);
                double want = c.exact.applyAsDouble(x);
                String what = c.name + "(" + x + ")";
                if (Double.isFinite(want) && want != 0) {
                    assertThat(Math.abs(got - want) / Math.ulp(want)).as(what).isLessThan(c.ulps);
                } else {
                    assertThat(got).as(what).isEqualTo(Double.valueOf(want));
                }
                if (i < few) {
                    assertThat(m.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * n + i))
                            .as(what)
                            .isEqualTo(Double.valueOf(got));
                }
                if (machine != null) {
                    assertThat(m.getAtIndex(ValueLayout.JAVA_DOUBLE, 3L * n + i))
                            .as(what)
                            .isEqualTo(Double.valueOf(got));
                }
            }
        }
    }
}
