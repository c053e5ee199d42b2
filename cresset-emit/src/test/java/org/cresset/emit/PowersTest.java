package org.cresset.emit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Powers in float64: as good as the platform's, in all forms alike, with C's special values. */
class PowersTest {
    private static final Loop POW = new Loop("P", LaneType.F64, List.of(false, false), 1, List.of(), false, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.pow(l, in.get(0), in.get(1)));
        }
    });

    /** Not by StrictMath, which is off by a hundred units for bases near 1 and large exponents. */
    private static double exact(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : Math.pow(a, b);
    }

    private static void check(double[] a, double[] b) {
        int n = a.length;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, a);
            MemorySegment e = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, b);
            MemorySegment y = arena.allocate(8L * n, 64);
            Kernel scalar = Emitted.scalar(POW);
            scalar.run(x, 0, e, 0, null, 0, y, 0, n);
            double[] got = y.toArray(ValueLayout.JAVA_DOUBLE);
            for (int i = 0; i < n; i++) {
                double want = exact(a[i], b[i]);
                String what = a[i] + " to the power " + b[i];
                if (Double.isFinite(want) && want != 0) {
                    assertThat(Math.abs(got[i] - want) / Math.ulp(want))
                            .as(what)
                            .isLessThan(2.1);
                } else {
                    assertThat(got[i]).as(what).isEqualTo(Double.valueOf(want));
                }
            }
            int few = Math.min(n, 203); // interpreted, and slow
            Emitted.vector(POW).run(x, 0, e, 0, null, 0, y, 0, few);
            for (int i = 0; i < few; i++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_DOUBLE, i)).isEqualTo(Double.valueOf(got[i]));
            }
            Kernel machine = MachineKernels.of(POW, () -> scalar);
            if (machine != null) {
                machine.run(x, 0, e, 0, null, 0, y, 0, n);
                assertThat(y.toArray(ValueLayout.JAVA_DOUBLE)).isEqualTo(got);
            }
        }
    }

    @Test
    void ofAllSizes() {
        Random random = new Random(1);
        int n = 100_000;
        double[] a = new double[n];
        double[] b = new double[n];
        for (int i = 0; i < n; i++) {
            double size = Math.exp(random.nextGaussian() * (i % 3 == 0 ? 200 : i % 3 == 1 ? 1 : 1e-4));
            a[i] = i % 7 == 0 ? -size : size;
            double log = Math.log(size);
            double most = Math.min(1e15, 744 / Math.max(Math.abs(log), 1e-300));
            b[i] = (random.nextDouble() * 2 - 1) * (i % 2 == 0 ? most : Math.min(most, 10));
            if (i % 7 == 0) {
                b[i] = Math.rint(b[i]);
            }
        }
        check(a, b);
    }

    @Test
    void ofSpecialNumbers() {
        double infinity = Double.POSITIVE_INFINITY;
        double[] some = {
            0.0,
            -0.0,
            1,
            -1,
            2,
            -2,
            3,
            -3,
            0.5,
            -0.5,
            1.5,
            1e300,
            -1e300,
            1e-300,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MAX_VALUE,
            infinity,
            -infinity,
            Double.NaN,
            1e17,
            0x1p53 - 1,
            -(0x1p53 - 1)
        };
        int n = some.length;
        double[] a = new double[n * n];
        double[] b = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            a[i] = some[i / n];
            b[i] = some[i % n];
        }
        check(a, b);
    }
}
