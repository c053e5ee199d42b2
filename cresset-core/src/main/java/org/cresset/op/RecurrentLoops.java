package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.emit.Body;
import org.cresset.emit.GridLoop;
import org.cresset.emit.LaneMath;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;

/**
 * Recurrent cells and their gradients, as grids: a row is a sequence, an element a hidden unit. Operands are named in the order
 * in which they come. Bodies have two exponential functions at most: of more the JIT compiler doesn't inline all of it.
 */
final class RecurrentLoops {
    private static final List<GridLoop> ALL = new ArrayList<>();

    /** Products of the hidden state of gates; those of the input. To the gates. */
    static final MemoryGridTiers GATES = grid("recurrent_gates", List.of(1, 1), List.of(1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(LaneMath.sigmoid(l, l.add(in.get(0), in.get(1))));
        }
    });

    /** Product of the hidden state for g; that of the input; i, f, o; c. To g, c as it was; c; h twice. */
    static final MemoryGridTiers LSTM = grid("lstm_cell", List.of(1, 1, 3, 1), List.of(2, 1, 1, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V g = LaneMath.tanh(l, l.add(in.get(0), in.get(1)));
            V c = l.fma(in.get(3), in.get(5), l.mul(in.get(2), g));
            V h = l.mul(LaneMath.tanh(l, c), in.get(4));
            return List.of(g, in.get(5), c, h, h);
        }
    });

    /** Gradient of h, two parts; i, f, g, o, c before; h; gradient of c. To gradients of the gates; of c before. */
    static final MemoryGridTiers LSTM_GRAD = grid("lstm_cell_grad", List.of(1, 1, 5, 1, 1), List.of(4, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V gh = l.add(in.get(0), in.get(1));
            V i = in.get(2);
            V f = in.get(3);
            V g = in.get(4);
            V o = in.get(5);
            // tanh(c) is in h: a division takes less time than to compute it again.
            V t = l.select(l.eq(o, l.zero()), l.zero(), l.div(in.get(7), o));
            V gc = l.fma(l.mul(gh, o), complement(l, t), in.get(8));
            return List.of(
                    gate(l, l.mul(gc, g), i),
                    gate(l, l.mul(gc, in.get(6)), f),
                    l.mul(l.mul(gc, i), complement(l, g)),
                    gate(l, l.mul(gh, t), o),
                    l.mul(gc, f));
        }
    });

    /** Product of the hidden state for n; that of the input; r, z; h. To n, the product; h twice. */
    static final MemoryGridTiers GRU = grid("gru_cell", List.of(1, 1, 2, 1), List.of(2, 1, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V n = LaneMath.tanh(l, l.fma(in.get(2), in.get(0), in.get(1)));
            V h = l.fma(in.get(3), l.sub(in.get(4), n), n);
            return List.of(n, in.get(0), h, h);
        }
    });

    /** Gradient of h, two parts; r, z, n, product; h before. To gradients of gates by input; by state; of h before. */
    static final MemoryGridTiers GRU_GRAD = grid("gru_cell_grad", List.of(1, 1, 4, 1), List.of(3, 3, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V gh = l.add(in.get(0), in.get(1));
            V r = in.get(2);
            V z = in.get(3);
            V n = in.get(4);
            V gz = gate(l, l.mul(gh, l.sub(in.get(6), n)), z);
            V gn = l.mul(l.mul(gh, l.sub(l.one(), z)), complement(l, n));
            V gr = gate(l, l.mul(gn, in.get(5)), r);
            return List.of(gr, gz, gn, gr, gz, l.mul(gn, r), l.mul(gh, z));
        }
    });

    /** Product of the hidden state; that of the input. To h twice. */
    static final MemoryGridTiers TANH = grid("rnn_tanh_cell", List.of(1, 1), List.of(1, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V h = LaneMath.tanh(l, l.add(in.get(0), in.get(1)));
            return List.of(h, h);
        }
    });

    /** The same with max(0, x). */
    static final MemoryGridTiers RELU = grid("rnn_relu_cell", List.of(1, 1), List.of(1, 1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            V h = l.max(l.zero(), l.add(in.get(0), in.get(1)));
            return List.of(h, h);
        }
    });

    /** Gradient of h, two parts; h. To the gradient of the sum of products. */
    static final MemoryGridTiers TANH_GRAD = grid("rnn_tanh_cell_grad", List.of(1, 1, 1), List.of(1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.mul(l.add(in.get(0), in.get(1)), complement(l, in.get(2))));
        }
    });

    /** The same with max(0, x). */
    static final MemoryGridTiers RELU_GRAD = grid("rnn_relu_cell_grad", List.of(1, 1, 1), List.of(1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.select(l.lt(l.zero(), in.get(2)), l.add(in.get(0), in.get(1)), l.zero()));
        }
    });

    /** A row to the sum of rows, which stays where it is. */
    static final MemoryGridTiers SUM = grid("recurrent_sum", List.of(1, 1), List.of(1), new Body() {
        @Override
        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
            return List.of(l.add(in.get(0), in.get(1)));
        }
    });

    private RecurrentLoops() {}

    /** 1 - y^2. */
    private static <V> V complement(Lanes<V> l, V y) {
        return l.sub(l.one(), l.mul(y, y));
    }

    /** g s (1 - s): through s, a sigmoid. */
    private static <V> V gate(Lanes<V> l, V g, V s) {
        return l.mul(g, l.mul(s, l.sub(l.one(), s)));
    }

    /** Numbers of operands that move together. */
    private static MemoryGridTiers grid(String name, List<Integer> inputs, List<Integer> outputs, Body body) {
        List<Integer> groups = new ArrayList<>();
        int g = 0;
        int in = 0;
        for (int n : inputs) {
            groups.addAll(Collections.nCopies(n, g++));
            in += n;
        }
        for (int n : outputs) {
            groups.addAll(Collections.nCopies(n, g++));
        }
        int out = groups.size() - in;
        Loop loop = new Loop(name, LaneType.F32, Collections.nCopies(in, false), out, List.of(), true, body);
        GridLoop grid = new GridLoop(loop, groups);
        ALL.add(grid);
        return new MemoryGridTiers(grid);
    }

    static List<GridLoop> all() {
        return List.copyOf(ALL);
    }
}
