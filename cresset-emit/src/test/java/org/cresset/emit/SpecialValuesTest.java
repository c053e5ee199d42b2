package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Zeros of both signs, infinities, NaN, subnormal numbers and ends of domains, in both forms of float32 loops. */
class SpecialValuesTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;
    private static final float[] VALUES = {
        0f,
        -0f,
        1f,
        -1f,
        Float.NaN,
        INFINITY,
        -INFINITY,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        2f,
        -2f,
        3f,
        -3f,
        0.5f,
        -0.5f,
        2.5f,
        -7f,
        1e9f,
        -1e-30f,
        0x1p31f
    };

    /** A function of one number in lanes. */
    private interface Lane {
        <V> V of(Lanes<V> l, V x);
    }

    /** A function of two. */
    private interface Pair {
        <V> V of(Lanes<V> l, V a, V b);
    }

    private record Unary(Lane lane, Row row, DoubleUnaryOperator exact) {}

    private record Binary(Pair lane, Row row, DoubleBinaryOperator exact) {}

    private static final Map<String, Unary> UNARY = Map.ofEntries(
            Map.entry("exp2", new Unary(LaneMath::exp2, Row.PLAIN, x -> Math.pow(2, x))),
            Map.entry("log10", new Unary(LaneMath::log10, Row.PLAIN, Math::log10)),
            Map.entry("sin", new Unary(LaneMath::sin, Row.PLAIN, Math::sin)),
            Map.entry("tan", new Unary(Trigonometry::tan, Row.PLAIN, Math::tan)),
            Map.entry("acos", new Unary(Trigonometry::acos, Row.PLAIN, Math::acos)),
            Map.entry("sinh", new Unary(Hyperbolic::sinh, Row.PLAIN, Math::sinh)),
            Map.entry("cosh", new Unary(Hyperbolic::cosh, Row.PLAIN, Math::cosh)),
            Map.entry("asinh", new Unary(Hyperbolic::asinh, Row.PLAIN, Inverse::asinh)),
            Map.entry("atanh", new Unary(Hyperbolic::atanh, Row.PLAIN, Inverse::atanh)),
            Map.entry("erfc", new Unary(ErrorLanes::erfc, Row.PLAIN, ErrorFunctions::erfc)),
            Map.entry("erfinv", new Unary(ErrorLanes::erfinv, Row.PLAIN, ErrorFunctions::erfinv)),
            Map.entry("ndtri", new Unary(ErrorLanes::ndtri, Row.PLAIN, ErrorFunctions::ndtri)),
            Map.entry("ndtr", new Unary(ErrorLanes::ndtr, Row.NARROW, ErrorFunctions::ndtr)),
            Map.entry("lgamma", new Unary(GammaLanes::lgamma, Row.NARROW, Special::lgamma)),
            Map.entry("digamma", new Unary(GammaLanes::digamma, Row.NARROW, Special::digamma)),
            Map.entry("j1", new Unary(BesselLanes.Kind.J1::of, Row.NARROW, Bessel::j1)),
            Map.entry("y0", new Unary(BesselLanes.Kind.Y0::of, Row.NARROW, Bessel::y0)),
            Map.entry("k1", new Unary(BesselLanes.Kind.K1::of, Row.NARROW, ModifiedBessel::k1)));

    private static final Map<String, Binary> BINARY = Map.of(
            "pow", new Binary(LaneMath::pow, Row.NARROW, SpecialValuesTest::pow),
            "fmod", new Binary(LaneMath::fmod, Row.NARROW, Special::fmod),
            "floorDivide", new Binary(LaneMath::floorDivide, Row.NARROW, Special::floorDivide),
            "hypot", new Binary(Trigonometry::hypot, Row.NARROW, Math::hypot),
            "atan2", new Binary(Trigonometry::atan2, Row.PLAIN, Math::atan2),
            "nextafter", new Binary(SpecialValuesTest::next, Row.PLAIN, (a, b) -> Math.nextAfter((float) a, b)));

    /** As C has it, which differs from Java's for 1 and -1. */
    private static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : Math.pow(a, b);
    }

    private static <V> V next(Lanes<V> l, V a, V b) {
        V one = l.copySign(l.one(), a);
        V y = l.advance(a, l.select(l.lt(a, b), one, l.neg(one)));
        y = l.select(l.eq(a, l.zero()), l.copySign(l.constant(Float.MIN_VALUE), b), y);
        y = l.select(l.eq(a, b), b, y);
        return l.select(l.both(l.eq(a, a), l.eq(b, b)), y, l.add(a, b));
    }

    @TestFactory
    List<DynamicTest> ofOne() {
        return UNARY.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Unary u = e.getValue();
                    Body body = new Body() {
                        @Override
                        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                            return List.of(u.lane.of(l, in.getFirst()));
                        }
                    };
                    check(body, u.row, 1, (a, b) -> u.exact.applyAsDouble(a));
                }))
                .toList();
    }

    @TestFactory
    List<DynamicTest> ofTwo() {
        return BINARY.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Binary u = e.getValue();
                    Body body = new Body() {
                        @Override
                        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                            return List.of(u.lane.of(l, in.get(0), in.get(1)));
                        }
                    };
                    check(body, u.row, 2, u.exact);
                }))
                .toList();
    }

    private static void check(Body body, Row row, int inputs, DoubleBinaryOperator exact) {
        LaneType type = row == Row.NARROW ? LaneType.F64 : LaneType.F32;
        List<Boolean> single = inputs == 1 ? List.of(false) : List.of(false, false);
        List<Row> rows = inputs == 1 ? List.of(row, row) : List.of(row, row, row);
        Loop loop = new Loop("S", type, single, 1, List.of(), rows, false, body);
        int m = VALUES.length;
        int n = inputs == 1 ? m : m * m;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(16L * n, 64);
            for (int i = 0; i < n; i++) {
                s.setAtIndex(ValueLayout.JAVA_FLOAT, i, VALUES[i % m]);
                s.setAtIndex(ValueLayout.JAVA_FLOAT, n + i, VALUES[i / m]);
            }
            long step = 4L * n;
            Emitted.scalar(loop).run(s, 0, s, step, null, 0, s, 2 * step, n);
            Emitted.vector(loop).run(s, 0, s, step, null, 0, s, 3 * step, n);
            for (int i = 0; i < n; i++) {
                float a = VALUES[i % m];
                float b = VALUES[i / m];
                float got = s.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * n + i);
                float want = (float) exact.applyAsDouble(a, b);
                boolean close = Float.compare(got, want) == 0
                        || Math.copySign(1, got) == Math.copySign(1, want)
                                && Math.abs(got - want) <= 5 * Math.ulp(want);
                assertThat(close)
                        .as("of %s and %s: %s instead of %s", a, b, got, want)
                        .isTrue();
                float vector = s.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * n + i);
                assertThat(Float.floatToIntBits(vector)).isEqualTo(Float.floatToIntBits(got));
            }
        }
    }
}
