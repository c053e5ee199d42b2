package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.Combine;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.Row;

/**
 * The loops of layer normalization. Each takes several rows at once, of which it is told numbers: the mean m and one over the standard
 * deviation, r. Those that have the time for it ask for rows that others want soon, which come before their other inputs.
 */
final class NormalizeLoops {
    /** The sums of x. */
    static final WideTiers SUM = forms("row_sums", false, 1, 0, 0, 1, FusedLoops.SUM.body());

    /** The sums of (x - m)^2. */
    static final WideTiers SQUARES = forms("row_squares", false, 1, 1, 0, 1, FusedLoops.SUM_SQUARED_DIFFERENCE.body());

    private static final WideTiers[] FORWARD = new WideTiers[4];
    private static final WideTiers[] SUMS = new WideTiers[2];
    private static final WideTiers[] GRADIENT = new WideTiers[2];

    static {
        for (int k = 0; k < FORWARD.length; k++) {
            boolean weight = (k & 1) != 0;
            boolean bias = (k & 2) != 0;
            int rows = 1 + (weight ? 1 : 0) + (bias ? 1 : 0);
            FORWARD[k] = forms("normalize" + k, true, rows, 2, 1, 0, new Normalized(weight, bias));
        }
        for (int k = 0; k < 2; k++) {
            SUMS[k] = forms("normalize_sums" + k, true, 4 + k, 2, 2, 2, new Summed(k == 1));
            GRADIENT[k] = forms("normalize_gradient" + k, true, 2 + k, 4, 1, 0, new Gradient(k == 1));
        }
    }

    private NormalizeLoops() {}

    /** The result, of x, the weight and the bias if there are such, m and r. */
    static WideTiers forward(boolean weight, boolean bias) {
        return FORWARD[(weight ? 1 : 0) + (bias ? 2 : 0)];
    }

    /**
     * Of x, the gradient g, two rows of sums, the weight if there is one, m and r: the sums of g times the normal x, and of g, over all
     * rows; and of each row, with h for g times the weight, the sums of h and of h times the normal x.
     */
    static WideTiers sums(boolean weight) {
        return SUMS[weight ? 1 : 0];
    }

    /** The gradient of x, of x, g, the weight if there is one, m, r, and the means of what {@link #sums} has for each row. */
    static WideTiers gradient(boolean weight) {
        return GRADIENT[weight ? 1 : 0];
    }

    private static WideTiers forms(String name, boolean asks, int rows, int numbers, int outputs, int sums, Body body) {
        List<Boolean> repeated = new ArrayList<>(Collections.nCopies(rows, false));
        repeated.addAll(Collections.nCopies(numbers, true));
        List<Row> kinds = new ArrayList<>(Collections.nCopies(rows + numbers + outputs, Row.PLAIN));
        if (asks) {
            repeated.addFirst(false);
            kinds.addFirst(Row.SOON);
        }
        List<Combine> how = Collections.nCopies(sums, Combine.SUM);
        Loop loop = new Loop("fused_" + name, LaneType.F32, repeated, outputs, how, kinds, true, body);
        return new WideTiers(loop, NormalizeLoops.class, Tiers.PACKAGE);
    }

    private static <V> V normal(Lanes<V> l, V x, V mean, V rstd) {
        return l.mul(l.sub(x, mean), rstd);
    }

    private record Normalized(boolean weight, boolean bias) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            int n = in.size();
            V y = normal(l, in.get(0), in.get(n - 2), in.get(n - 1));
            if (weight && bias) {
                return List.of(l.fma(y, in.get(1), in.get(2)));
            }
            return List.of(weight ? l.mul(y, in.get(1)) : bias ? l.add(y, in.get(1)) : y);
        }
    }

    private record Summed(boolean weight) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            int n = in.size();
            V y = normal(l, in.get(0), in.get(n - 2), in.get(n - 1));
            V g = in.get(1);
            V h = weight ? l.mul(g, in.get(4)) : g;
            return List.of(l.fma(g, y, in.get(2)), l.add(in.get(3), g), h, l.mul(h, y));
        }
    }

    private record Gradient(boolean weight) implements Body {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            int n = in.size();
            V rstd = in.get(n - 3);
            V y = normal(l, in.get(0), in.get(n - 4), rstd);
            V h = weight ? l.mul(in.get(1), in.get(2)) : in.get(1);
            V rest = l.sub(l.sub(h, in.get(n - 2)), l.mul(y, in.get(n - 1)));
            return List.of(l.mul(rest, rstd));
        }
    }

    static List<Loop> all() {
        List<Loop> all = new ArrayList<>(List.of(SUM.loop(), SQUARES.loop()));
        for (WideTiers[] forms : new WideTiers[][] {FORWARD, SUMS, GRADIENT}) {
            for (WideTiers f : forms) {
                all.add(f.loop());
            }
        }
        return all;
    }
}
