package org.cresset.op;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * Normal numbers of pairs of uniform ones in [0, 1), by Box and Muller, with exactly the roundings of PyTorch's AVX2 code:
 * logarithm, sine and cosine are polynomials whose every step is one fused multiply-add.
 */
public final class NormalLoops {
    private static final int BLOCK = 16;
    private static final int PAIRS = 1024;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ThreadLocal<NormalLoops> OWN = ThreadLocal.withInitial(NormalLoops::new);

    private static final Loop RADII = FusedLoops.map("normal_radii", List.of(false), new Radius());
    private static final Loop COSINES = FusedLoops.map("normal_cosines", List.of(false, false), new Turned(true));
    private static final Loop SINES = FusedLoops.map("normal_sines", List.of(false, false), new Turned(false));
    private static final Tiers RADIUS_ROWS = new Tiers(RADII);
    private static final Tiers COSINE_ROWS = new Tiers(COSINES);
    private static final Tiers SINE_ROWS = new Tiers(SINES);

    private final MemorySegment memory = Arena.ofAuto().allocate(4L * 4 * PAIRS, 64);
    private final float[] first = new float[PAIRS];
    private final float[] second = new float[PAIRS];

    private NormalLoops() {}

    static List<Loop> all() {
        return List.of(RADII, COSINES, SINES);
    }

    /** The radius of the first uniform number: in a loop of its own, which the JIT compiler needs much less memory for. */
    private record Radius() implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.sqrt(l.mul(l.constant(-2.0), log(l, l.sub(l.one(), in.get(0))))));
        }
    }

    /** A radius times the cosine (or sine) of the angle of a uniform number. */
    private record Turned(boolean cosine) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V radius = in.get(0);
            V angle = l.mul(l.constant((float) (2 * Math.PI)), in.get(1));
            V eighths = l.floor(l.mul(angle, l.constant(1.27323954473516f)));
            V half = l.floor(l.mul(l.add(eighths, l.one()), l.constant(0.5))); // of an even number of eighths of a turn
            V y = l.add(half, half);
            V x = l.fma(y, l.constant(-0.78515625f), angle);
            x = l.fma(y, l.constant(-2.4187564849853515625e-4f), x);
            x = l.fma(y, l.constant(-3.77489497744594108e-8f), x);
            V z = l.mul(x, x);
            V c = l.fma(l.constant(2.443315711809948e-5f), z, l.constant(-1.388731625493765e-3f));
            c = l.mul(l.fma(c, z, l.constant(4.166664568298827e-2f)), z);
            c = l.add(l.fma(c, z, l.neg(l.mul(z, l.constant(0.5)))), l.one());
            V s = l.fma(l.constant(-1.9515295891e-4f), z, l.constant(8.3321608736e-3f));
            s = l.mul(l.fma(s, z, l.constant(-1.6666654611e-1f)), z);
            s = l.fma(s, x, x);
            V even = isEven(l, half);
            V value = cosine ? l.select(even, c, s) : l.select(even, s, c);
            V quarter = l.constant(0.25);
            V turned = cosine
                    ? isEven(l, l.floor(l.mul(l.sub(y, l.constant(2.0)), quarter)))
                    : l.not(isEven(l, l.floor(l.mul(y, quarter))));
            return List.of(l.mul(radius, l.select(turned, l.neg(value), value)));
        }

        private static <V> V isEven(Lanes<V> l, V whole) {
            V half = l.floor(l.mul(whole, l.constant(0.5)));
            return l.eq(l.add(half, half), whole);
        }
    }

    private static <V> V log(Lanes<V> l, V v) {
        V half = l.mul(l.significand(v), l.constant(0.5)); // in [0.5, 1)
        V e = l.add(l.exponent(v), l.one());
        V small = l.lt(half, l.constant(0.707106781186547524f));
        e = l.select(small, l.sub(e, l.one()), e);
        V less = l.sub(half, l.one());
        V x = l.select(small, l.add(less, half), less);
        V z = l.mul(x, x);
        V y = l.constant(7.0376836292e-2f);
        for (float f : new float[] {
            -1.1514610310e-1f,
            1.1676998740e-1f,
            -1.2420140846e-1f,
            1.4249322787e-1f,
            -1.6668057665e-1f,
            2.0000714765e-1f,
            -2.4999993993e-1f,
            3.3333331174e-1f
        }) {
            y = l.fma(y, x, l.constant(f));
        }
        y = l.mul(y, x);
        y = l.fma(y, z, l.mul(e, l.constant(-2.12194440e-4f)));
        y = l.fma(l.neg(z), l.constant(0.5), y);
        return l.fma(e, l.constant(0.693359375f), l.add(x, y));
    }

    /** Transforms whole blocks of sixteen of the first n numbers: the first eight of a block are the radii, the others the angles. */
    public static void transform(float[] u, int n, float mean, float std) {
        OWN.get().run(u, n, mean, std);
    }

    private void run(float[] u, int n, float mean, float std) {
        for (int at = 0; at + BLOCK <= n; at += 2 * PAIRS) {
            int pairs = Math.min(2 * PAIRS, (n - at) / BLOCK * BLOCK) / 2;
            split(u, at, first, second, pairs);
            MemorySegment.copy(first, 0, memory, FLOAT, 0, pairs);
            MemorySegment.copy(second, 0, memory, FLOAT, 4L * PAIRS, pairs);
            Rows.map(RADIUS_ROWS, memory, 0, null, 0, null, 0, memory, 0, pairs);
            Rows.map(COSINE_ROWS, memory, 0, memory, 4L * PAIRS, null, 0, memory, 8L * PAIRS, pairs);
            Rows.map(SINE_ROWS, memory, 0, memory, 4L * PAIRS, null, 0, memory, 12L * PAIRS, pairs);
            MemorySegment.copy(memory, FLOAT, 8L * PAIRS, first, 0, pairs);
            MemorySegment.copy(memory, FLOAT, 12L * PAIRS, second, 0, pairs);
            scale(first, pairs, mean, std);
            scale(second, pairs, mean, std);
            join(first, second, u, at, pairs);
        }
    }

    private static void split(float[] u, int at, float[] first, float[] second, int pairs) {
        for (int b = 0; b < pairs; b += 8) {
            for (int j = 0; j < 8; j++) {
                first[b + j] = u[at + 2 * b + j];
                second[b + j] = u[at + 2 * b + 8 + j];
            }
        }
    }

    private static void join(float[] first, float[] second, float[] u, int at, int pairs) {
        for (int b = 0; b < pairs; b += 8) {
            for (int j = 0; j < 8; j++) {
                u[at + 2 * b + j] = first[b + j];
                u[at + 2 * b + 8 + j] = second[b + j];
            }
        }
    }

    private static void scale(float[] x, int n, float mean, float std) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.fma(x[i], std, mean);
        }
    }
}
