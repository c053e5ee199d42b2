package org.cresset.op;

import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.LaneMath;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/** The loops of recurrent cells and their gradients. */
final class RecurrentLoops {
    /** sigmoid(x + y). */
    static final Loop SIGMOID_SUM = FusedLoops.map("sigmoid_sum", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.sigmoid(l, l.add(in.get(0), in.get(1))));
        }
    });

    /** tanh(x + y). */
    static final Loop TANH_SUM = FusedLoops.map("tanh_sum", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.tanh(l, l.add(in.get(0), in.get(1))));
        }
    });

    /** max(0, x + y). */
    static final Loop RELU_SUM = FusedLoops.map("relu_sum", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.max(l.zero(), l.add(in.get(0), in.get(1))));
        }
    });

    /** tanh(x y + z). */
    static final Loop TANH_FMA = FusedLoops.map("tanh_fma", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.tanh(l, l.fma(in.get(0), in.get(1), in.get(2))));
        }
    });

    /** tanh(x) y. */
    static final Loop TANH_PRODUCT = FusedLoops.map("tanh_product", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(LaneMath.tanh(l, in.get(0)), in.get(1)));
        }
    });

    /** x + y (z - x): between x and z. */
    static final Loop MIX = FusedLoops.map("mix", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.fma(in.get(1), l.sub(in.get(2), in.get(0)), in.get(0)));
        }
    });

    /** x - y. */
    static final Loop DIFFERENCE = FusedLoops.map("difference", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.sub(in.get(0), in.get(1)));
        }
    });

    /** g (1 - y^2): through y, a tanh. */
    static final Loop TANH_GRAD = FusedLoops.map("tanh_grad", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(in.get(0), complement(l, in.get(1))));
        }
    });

    /** g where y > 0. */
    static final Loop RELU_GRAD = FusedLoops.map("relu_grad", List.of(false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.select(l.lt(l.zero(), in.get(1)), in.get(0), l.zero()));
        }
    });

    /** g x s (1 - s): through s, a sigmoid that x is multiplied by. */
    static final Loop GATE_GRAD = FusedLoops.map("gate_grad", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V s = in.get(2);
            return List.of(l.mul(l.mul(in.get(0), in.get(1)), l.mul(s, l.sub(l.one(), s))));
        }
    });

    /** g tanh(x) s (1 - s): through s, a sigmoid that tanh(x) is multiplied by. */
    static final Loop TANH_GATE_GRAD = FusedLoops.map("tanh_gate_grad", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V s = in.get(2);
            return List.of(l.mul(l.mul(in.get(0), LaneMath.tanh(l, in.get(1))), l.mul(s, l.sub(l.one(), s))));
        }
    });

    /** g (1 - tanh(x)^2) + z. */
    static final Loop TANH_GRAD_OF_INPUT =
            FusedLoops.map("tanh_grad_of_input", List.of(false, false, false), new Body() {
                @Override
                public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                    return List.of(l.fma(in.get(0), complement(l, LaneMath.tanh(l, in.get(1))), in.get(2)));
                }
            });

    /** g x (1 - y^2): through y, a tanh that x is multiplied by. */
    static final Loop TANH_GRAD_SCALED = FusedLoops.map("tanh_grad_scaled", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(l.mul(in.get(0), in.get(1)), complement(l, in.get(2))));
        }
    });

    /** g (1 - z) (1 - y^2). */
    static final Loop TANH_GRAD_REST = FusedLoops.map("tanh_grad_rest", List.of(false, false, false), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(l.mul(in.get(0), l.sub(l.one(), in.get(1))), complement(l, in.get(2))));
        }
    });

    /** 1 - y^2. */
    private static <V> V complement(Lanes<V> l, V y) {
        return l.sub(l.one(), l.mul(y, y));
    }

    static final Tiers SIGMOID_SUM_ROWS = new Tiers(SIGMOID_SUM);
    static final Tiers TANH_SUM_ROWS = new Tiers(TANH_SUM);
    static final Tiers RELU_SUM_ROWS = new Tiers(RELU_SUM);
    static final Tiers TANH_FMA_ROWS = new Tiers(TANH_FMA);
    static final Tiers TANH_PRODUCT_ROWS = new Tiers(TANH_PRODUCT);
    static final Tiers MIX_ROWS = new Tiers(MIX);
    static final Tiers DIFFERENCE_ROWS = new Tiers(DIFFERENCE);
    static final Tiers TANH_GRAD_ROWS = new Tiers(TANH_GRAD);
    static final Tiers RELU_GRAD_ROWS = new Tiers(RELU_GRAD);
    static final Tiers GATE_GRAD_ROWS = new Tiers(GATE_GRAD);
    static final Tiers TANH_GATE_GRAD_ROWS = new Tiers(TANH_GATE_GRAD);
    static final Tiers TANH_GRAD_OF_INPUT_ROWS = new Tiers(TANH_GRAD_OF_INPUT);
    static final Tiers TANH_GRAD_SCALED_ROWS = new Tiers(TANH_GRAD_SCALED);
    static final Tiers TANH_GRAD_REST_ROWS = new Tiers(TANH_GRAD_REST);

    private RecurrentLoops() {}

    static List<Loop> all() {
        return List.of(
                SIGMOID_SUM,
                TANH_SUM,
                RELU_SUM,
                TANH_FMA,
                TANH_PRODUCT,
                MIX,
                DIFFERENCE,
                TANH_GRAD,
                RELU_GRAD,
                GATE_GRAD,
                TANH_GATE_GRAD,
                TANH_GRAD_OF_INPUT,
                TANH_GRAD_SCALED,
                TANH_GRAD_REST);
    }
}
