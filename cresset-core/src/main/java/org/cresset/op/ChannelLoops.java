package org.cresset.op;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/** The loops of batch normalization, bags of embeddings and attention that others don't have. */
final class ChannelLoops {
    /** z + (x - y)^2. */
    static final Loop ADD_SQUARED_DIFFERENCE =
            FusedLoops.map("add_squared_difference", List.of(false, false, false), new Body() {
                @Override
                public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                    V d = l.sub(in.get(0), in.get(1));
                    return List.of(l.fma(d, d, in.get(2)));
                }
            });

    /** x a + z, with a number a. */
    static final Loop ADD_SCALED = FusedLoops.map("add_scaled", List.of(false, true, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.fma(in.get(0), in.get(1), in.get(2)));
        }
    });

    /** exp(x - m), with a number m. */
    static final Loop EXP_SHIFTED = FusedLoops.map("exp_shifted", List.of(false, true), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.expOfNegative(l, l.sub(in.get(0), in.get(1))));
        }
    });

    static final Tiers EXP_SHIFTED_ROWS = new Tiers(EXP_SHIFTED);
    static final Tiers ADD_SQUARED_DIFFERENCE_ROWS = new Tiers(ADD_SQUARED_DIFFERENCE);
    static final Tiers ADD_SCALED_ROWS = new Tiers(ADD_SCALED);

    private ChannelLoops() {}

    static List<Loop> all() {
        return List.of(ADD_SQUARED_DIFFERENCE, ADD_SCALED, EXP_SHIFTED);
    }
}
