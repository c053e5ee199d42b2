package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.cresset.emit.Body;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/** The loops that transforms are put together from; complex numbers are two operands each, real part and imaginary part. */
final class FftLoops {
    /** Radices that have a pass, the ones to use first in front. */
    static final int[] RADICES = {8, 4, 2, 3, 5, 7};

    private final Map<Integer, MemoryGridTiers> passes = new TreeMap<>();
    private final Map<Integer, MemoryGridTiers> lasts = new TreeMap<>();
    private final MemoryGridTiers product;
    private final MemoryGridTiers untangle;
    private final MemoryGridTiers tangle;
    private final List<GridLoop> all = new ArrayList<>();

    /** Made when first needed, as of most programs one is enough. */
    private static final class InFloat {
        static final FftLoops LOOPS = new FftLoops(LaneType.F32);
    }

    private static final class InDouble {
        static final FftLoops LOOPS = new FftLoops(LaneType.F64);
    }

    private FftLoops(LaneType type) {
        for (int r : RADICES) {
            List<Integer> groups = groups(2 * r, 2 * (r - 1), 2 * r);
            passes.put(r, grid(type, "fft_pass" + r, 2 * r, 2 * (r - 1), 2 * r, new Pass(r, false), groups));
            lasts.put(r, grid(type, "fft_last" + r, 2 * r, 0, 2 * r, new Pass(r, true), groups(2 * r, 0, 2 * r)));
        }
        product = grid(type, "fft_product", 2, 2, 2, new Product(), groups(2, 2, 2));
        List<Integer> pairs = List.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4);
        untangle = grid(type, "fft_untangle", 4, 2, 4, new Untangle(), pairs);
        tangle = grid(type, "fft_tangle", 4, 2, 4, new Tangle(), pairs);
    }

    /** Those that compute in float32 or float64. */
    static FftLoops of(LaneType type) {
        return type == LaneType.F32 ? InFloat.LOOPS : InDouble.LOOPS;
    }

    static List<GridLoop> all() {
        List<GridLoop> all = new ArrayList<>(InFloat.LOOPS.all);
        all.addAll(InDouble.LOOPS.all);
        return all;
    }

    /** Reads {@code radix} numbers, then the factors of all results but the first; a pass of Stockham's algorithm. */
    MemoryGridTiers pass(int radix) {
        return Objects.requireNonNull(passes.get(radix), "no pass of this radix");
    }

    /** The last of these passes, all factors of which are 1. */
    MemoryGridTiers last(int radix) {
        return Objects.requireNonNull(lasts.get(radix), "no pass of this radix");
    }

    /** Multiplies rows with a number each. */
    MemoryGridTiers product() {
        return product;
    }

    /** Rows k and -k of the transform of pairs, and the factor, to rows k and -k of the transform of real numbers. */
    MemoryGridTiers untangle() {
        return untangle;
    }

    /** The opposite. */
    MemoryGridTiers tangle() {
        return tangle;
    }

    /** Inputs of which the first {@code rows} are rows, the others numbers. */
    private MemoryGridTiers grid(
            LaneType type, String name, int rows, int numbers, int outputs, Body body, List<Integer> groups) {
        List<Boolean> repeated = new ArrayList<>(Collections.nCopies(rows, false));
        repeated.addAll(Collections.nCopies(numbers, true));
        String full = name + "_" + type.name().toLowerCase(Locale.ROOT);
        GridLoop g = new GridLoop(new Loop(full, type, repeated, outputs, List.of(), true, body), groups);
        all.add(g);
        return new MemoryGridTiers(g);
    }

    /** All rows move together, all numbers, and all outputs. */
    private static List<Integer> groups(int rows, int numbers, int outputs) {
        List<Integer> g = new ArrayList<>(Collections.nCopies(rows, 0));
        g.addAll(Collections.nCopies(numbers, 1));
        g.addAll(Collections.nCopies(outputs, 2));
        return g;
    }

    /** A complex number. */
    private record Z<V>(V re, V im) {
        Z<V> plus(Lanes<V> l, Z<V> o) {
            return new Z<>(l.add(re, o.re), l.add(im, o.im));
        }

        Z<V> minus(Lanes<V> l, Z<V> o) {
            return new Z<>(l.sub(re, o.re), l.sub(im, o.im));
        }

        Z<V> times(Lanes<V> l, Z<V> o) {
            return new Z<>(l.fma(l.neg(im), o.im, l.mul(re, o.re)), l.fma(im, o.re, l.mul(re, o.im)));
        }

        Z<V> conjugate(Lanes<V> l) {
            return new Z<>(re, l.neg(im));
        }

        /** This minus and plus i times the other. */
        List<Z<V>> turned(Lanes<V> l, Z<V> o) {
            return List.of(new Z<>(l.add(re, o.im), l.sub(im, o.re)), new Z<>(l.sub(re, o.im), l.add(im, o.re)));
        }
    }

    private static <V> List<Z<V>> complex(List<V> in) {
        List<Z<V>> z = new ArrayList<>();
        for (int i = 0; i < in.size(); i += 2) {
            z.add(new Z<>(in.get(i), in.get(i + 1)));
        }
        return z;
    }

    private static <V> List<V> parts(List<Z<V>> z) {
        List<V> out = new ArrayList<>();
        z.forEach(x -> Collections.addAll(out, x.re, x.im));
        return out;
    }

    private record Pass(int radix, boolean last) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            List<Z<V>> z = complex(in);
            List<Z<V>> y = transform(l, z.subList(0, radix));
            for (int k = 1; k < radix && !last; k++) {
                y.set(k, y.get(k).times(l, z.get(radix + k - 1)));
            }
            return parts(y);
        }

        private static <V> List<Z<V>> transform(Lanes<V> l, List<Z<V>> x) {
            int n = x.size();
            if (n == 1) {
                return new ArrayList<>(x);
            }
            return n % 2 == 0 ? even(l, x) : odd(l, x);
        }

        private static <V> List<Z<V>> even(Lanes<V> l, List<Z<V>> x) {
            int half = x.size() / 2;
            List<Z<V>> sums = new ArrayList<>();
            List<Z<V>> differences = new ArrayList<>();
            for (int j = 0; j < half; j++) {
                sums.add(x.get(j).plus(l, x.get(j + half)));
                differences.add(null);
            }
            // x(j) - x(j + half), turned by e^(-2 pi i j / n), where multiples of an eighth turn are cheap
            for (int j = 0; 2 * j < half || j == 0; j++) {
                Z<V> a = x.get(j).minus(l, x.get(j + half));
                if (half == 1) {
                    differences.set(0, a);
                    break;
                }
                Z<V> c = x.get(j + half / 2);
                Z<V> d = x.get(j + half + half / 2);
                Z<V> b = c.minus(l, d);
                Z<V> minus = a;
                Z<V> turned = new Z<>(b.im, l.sub(d.re, c.re));
                if (j == 1) { // radix 8: factors (1 - i) sqrt(1/2) and -(1 + i) sqrt(1/2)
                    V s = l.constant(Math.sqrt(0.5));
                    minus = new Z<>(l.mul(s, l.add(a.re, a.im)), l.mul(s, l.sub(a.im, a.re)));
                    turned =
                            new Z<>(l.mul(s, l.sub(b.im, b.re)), l.mul(l.constant(-Math.sqrt(0.5)), l.add(b.re, b.im)));
                }
                differences.set(j, minus);
                differences.set(j + half / 2, turned);
            }
            List<Z<V>> evens = transform(l, sums);
            List<Z<V>> odds = transform(l, differences);
            List<Z<V>> y = new ArrayList<>();
            for (int k = 0; k < half; k++) {
                y.add(evens.get(k));
                y.add(odds.get(k));
            }
            return y;
        }

        /** By sums and differences of elements j and -j, which are multiplied with cosines and sines only. */
        private static <V> List<Z<V>> odd(Lanes<V> l, List<Z<V>> x) {
            int n = x.size();
            List<Z<V>> y = new ArrayList<>(Collections.nCopies(n, x.get(0)));
            Z<V> all = x.get(0);
            for (int j = 1; 2 * j < n; j++) {
                all = all.plus(l, x.get(j).plus(l, x.get(n - j)));
            }
            y.set(0, all);
            for (int k = 1; 2 * k < n; k++) {
                Z<V> cosines = x.get(0);
                Z<V> sines = null;
                for (int j = 1; 2 * j < n; j++) {
                    V c = l.constant(FftPlan.cosOf((long) j * k, n));
                    V s = l.constant(FftPlan.sinOf((long) j * k, n));
                    Z<V> sum = x.get(j).plus(l, x.get(n - j));
                    Z<V> difference = x.get(j).minus(l, x.get(n - j));
                    cosines = new Z<>(l.fma(c, sum.re, cosines.re), l.fma(c, sum.im, cosines.im));
                    sines = sines == null
                            ? new Z<>(l.mul(s, difference.re), l.mul(s, difference.im))
                            : new Z<>(l.fma(s, difference.re, sines.re), l.fma(s, difference.im, sines.im));
                }
                List<Z<V>> both = cosines.turned(l, Objects.requireNonNull(sines));
                y.set(k, both.get(0));
                y.set(n - k, both.get(1));
            }
            return y;
        }
    }

    private static final class Product implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            List<Z<V>> z = complex(in);
            return parts(List.of(z.get(0).times(l, z.get(1))));
        }
    }

    /**
     * E = a + conj b belongs to the even elements, O = (a - conj b) / i to the odd ones; results are (E + w O) / 2 and the
     * conjugate of (E - w O) / 2.
     */
    private static final class Untangle implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            List<Z<V>> z = complex(in);
            Z<V> a = z.get(0);
            Z<V> b = z.get(1);
            V half = l.constant(0.5);
            Z<V> e = new Z<>(l.mul(half, l.add(a.re, b.re)), l.mul(half, l.sub(a.im, b.im)));
            Z<V> o = new Z<>(l.mul(half, l.add(a.im, b.im)), l.mul(half, l.sub(b.re, a.re)));
            Z<V> w = o.times(l, z.get(2));
            return parts(List.of(e.plus(l, w), e.minus(l, w).conjugate(l)));
        }
    }

    /** From a and b: E = a + conj b, O = (a - conj b) conj w; results are E + i O and the conjugate of E - i O. */
    private static final class Tangle implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            List<Z<V>> z = complex(in);
            Z<V> a = z.get(0);
            Z<V> b = z.get(1);
            Z<V> e = new Z<>(l.add(a.re, b.re), l.sub(a.im, b.im));
            Z<V> o = new Z<>(l.sub(a.re, b.re), l.add(a.im, b.im))
                    .times(l, z.get(2).conjugate(l));
            List<Z<V>> both = e.turned(l, o);
            return parts(List.of(both.get(1), both.get(0).conjugate(l)));
        }
    }
}
