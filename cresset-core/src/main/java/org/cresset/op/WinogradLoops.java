package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * The one-dimensional transforms of Winograd's convolution with six points 0, ±3/4, ±3/2 and infinity (Lavin and Gray, "Fast
 * algorithms for convolutional neural networks", 2016). These points, of those tried, gave the smallest error: twice the direct
 * sum's, where the usual 0, ±1, ±2 gave four times that. Points of opposite signs share their even and odd parts.
 */
final class WinogradLoops {
    private static final List<GridLoop> ALL = new ArrayList<>();

    /** Six values of a signal to its values for the six products. */
    static final MemoryGridTiers SIGNAL = grid("winograd_signal", 6, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> d) {
            V even1 = l.fma(l.constant(-9.0 / 4), d.get(2), d.get(4));
            V odd1 = l.fma(l.constant(-27.0 / 16), d.get(1), l.mul(l.constant(3.0 / 4), d.get(3)));
            V even2 = l.fma(l.constant(-9.0 / 16), d.get(2), d.get(4));
            V odd2 = l.fma(l.constant(-27.0 / 32), d.get(1), l.mul(l.constant(3.0 / 2), d.get(3)));
            return List.of(
                    outer(l, d.get(0), d.get(2), d.get(4)),
                    l.add(even1, odd1),
                    l.sub(even1, odd1),
                    l.add(even2, odd2),
                    l.sub(even2, odd2),
                    outer(l, d.get(1), d.get(3), d.get(5)));
        }

        private <V> V outer(Lanes<V> l, V a, V b, V c) {
            return l.fma(l.constant(81.0 / 64), a, l.fma(l.constant(-45.0 / 16), b, c));
        }
    });

    /** Three filter values to the values for the products. */
    static final MemoryGridTiers FILTER3 = grid("winograd_filter3", 3, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> g) {
            V odd1 = l.mul(l.constant(-32.0 / 81), g.get(1));
            V odd2 = l.mul(l.constant(16.0 / 81), g.get(1));
            return filter(l, g, odd1, odd2);
        }
    });

    /** Four filter values to the values for the products. */
    static final MemoryGridTiers FILTER4 = grid("winograd_filter4", 4, 6, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> g) {
            V odd1 = l.fma(l.constant(-32.0 / 81), g.get(1), l.mul(l.constant(-2.0 / 9), g.get(3)));
            V odd2 = l.fma(l.constant(16.0 / 81), g.get(1), l.mul(l.constant(4.0 / 9), g.get(3)));
            return filter(l, g, odd1, odd2);
        }
    });

    /** Six products to four results. */
    static final MemoryGridTiers RESULT4 = grid("winograd_result4", 6, 4, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> m) {
            return four(l, m);
        }
    });

    /** Six products to four results, and a seventh input that is added to each of them. */
    static final MemoryGridTiers RESULT4_PLUS = grid("winograd_result4_plus", 7, 4, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> m) {
            return four(l, m).stream().map(y -> l.add(y, m.get(6))).toList();
        }
    });

    /** Six products to three results. */
    static final MemoryGridTiers RESULT3 = grid("winograd_result3", 6, 3, new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> m) {
            V sum1 = l.add(m.get(1), m.get(2));
            V sum2 = l.add(m.get(3), m.get(4));
            return List.of(
                    l.add(m.get(0), l.add(sum1, sum2)),
                    differences(l, m, 3.0 / 4, 3.0 / 2),
                    l.fma(l.constant(9.0 / 16), sum1, l.fma(l.constant(9.0 / 4), sum2, m.get(5))));
        }
    });

    /** Tiles of 6 by 6 of a signal to their values for the products. */
    static final WinogradTransform SIGNALS = new WinogradTransform(SIGNAL, SIGNAL, 6, 6, false);

    /** Kernels of 3 by 3 to their values for the products. */
    static final WinogradTransform FILTERS3 = new WinogradTransform(FILTER3, FILTER3, 3, 6, false);

    /** Tiles of 4 by 4 to the same. */
    static final WinogradTransform FILTERS4 = new WinogradTransform(FILTER4, FILTER4, 4, 6, false);

    /** Products to tiles of 4 by 4, to which a number for each channel is added. */
    static final WinogradTransform RESULTS4 = new WinogradTransform(RESULT4, RESULT4_PLUS, 6, 4, true);

    /** Products to kernels of 3 by 3. */
    static final WinogradTransform RESULTS3 = new WinogradTransform(RESULT3, RESULT3, 6, 3, false);

    private WinogradLoops() {}

    /** A filter's values for the products, given the odd parts at both pairs of points. */
    private static <V> List<V> filter(Lanes<V> l, List<V> g, V odd1, V odd2) {
        V even1 = l.fma(l.constant(-128.0 / 243), g.get(0), l.mul(l.constant(-8.0 / 27), g.get(2)));
        V even2 = l.fma(l.constant(32.0 / 243), g.get(0), l.mul(l.constant(8.0 / 27), g.get(2)));
        return List.of(
                l.mul(l.constant(64.0 / 81), g.get(0)),
                l.add(even1, odd1),
                l.sub(even1, odd1),
                l.add(even2, odd2),
                l.sub(even2, odd2),
                g.getLast());
    }

    private static <V> List<V> four(Lanes<V> l, List<V> m) {
        V sum1 = l.add(m.get(1), m.get(2));
        V sum2 = l.add(m.get(3), m.get(4));
        return List.of(
                l.add(m.get(0), l.add(sum1, sum2)),
                differences(l, m, 3.0 / 4, 3.0 / 2),
                l.fma(l.constant(9.0 / 16), sum1, l.mul(l.constant(9.0 / 4), sum2)),
                l.add(differences(l, m, 27.0 / 64, 27.0 / 8), m.get(5)));
    }

    private static <V> V differences(Lanes<V> l, List<V> m, double first, double second) {
        V d1 = l.sub(m.get(1), m.get(2));
        V d2 = l.sub(m.get(3), m.get(4));
        return l.fma(l.constant(first), d1, l.mul(l.constant(second), d2));
    }

    /** Inputs move together from row to row, and outputs; the seventh input doesn't move with the others. */
    private static MemoryGridTiers grid(String name, int inputs, int outputs, Body body) {
        List<Integer> groups = new ArrayList<>(Collections.nCopies(Math.min(inputs, 6), 0));
        groups.addAll(Collections.nCopies(outputs, 1));
        if (inputs == 7) {
            groups.add(6, 2);
        }
        Loop loop = new Loop(name, LaneType.F32, Collections.nCopies(inputs, false), outputs, List.of(), true, body);
        GridLoop g = new GridLoop(loop, groups);
        ALL.add(g);
        return new MemoryGridTiers(g);
    }

    static List<GridLoop> all() {
        return List.copyOf(ALL);
    }
}
