package org.cresset.optim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cresset.autograd.Autograd;
import org.cresset.base.Ahead;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Memory;
import org.cresset.base.Storage;
import org.cresset.base.Workers;
import org.cresset.emit.Body;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.WideKernel;
import org.cresset.op.WideTiers;
import org.cresset.tensor.Dense;
import org.cresset.tensor.SparseRows;
import org.cresset.tensor.Tensor;

/**
 * An optimizer's rule as one pass over a parameter, its gradient and its state, in place and without temporary tensors. The
 * rule is a lane body: it is given the parameter, the gradient, the state tensors and then the step's numbers, and gives the
 * new parameter and the new state.
 */
final class FusedUpdate {
    /** Of the classes of all rules' loops. */
    static final String PACKAGE = "org.cresset.optim.gen";

    /** Below this many elements handing work to another thread costs more than it saves. */
    private static final long GRAIN = 1 << 15;

    private static final int CHUNK = 1 << 24;
    private static final List<FusedUpdate> ALL = Collections.synchronizedList(new ArrayList<>());

    private final int states;
    private final int numbers;
    private final Body body;
    private final WideTiers floats;
    private final WideTiers doubles;

    /** Declares the rule {@code name} with so many state tensors and numbers. */
    FusedUpdate(String name, int states, int numbers, Body body) {
        this.states = states;
        this.numbers = numbers;
        this.body = body;
        List<Boolean> repeated = new ArrayList<>();
        for (int i = 0; i < 2 + states + numbers; i++) {
            repeated.add(i >= 2 + states);
        }
        floats = forms(new Loop(name + "_f32", LaneType.F32, repeated, 1 + states, List.of(), true, body));
        doubles = forms(new Loop(name + "_f64", LaneType.F64, repeated, 1 + states, List.of(), true, body));
        ALL.add(this);
    }

    private static WideTiers forms(Loop loop) {
        return new WideTiers(loop, FusedUpdate.class, PACKAGE);
    }

    /** The loops of all rules whose classes have been initialised. */
    static List<Loop> loops() {
        List<Loop> loops = new ArrayList<>();
        for (FusedUpdate u : ALL) {
            loops.add(u.floats.loop());
            loops.add(u.doubles.loop());
        }
        return loops;
    }

    /** The gradient to follow: {@code sign g}, plus {@code decay p} unless decay is 0 (also where p is infinite). */
    static <V> V gradient(Lanes<V> l, V p, V g, V sign, V decay) {
        V signed = l.mul(g, sign);
        return l.select(l.eq(decay, l.zero()), signed, l.fma(decay, p, signed));
    }

    /** {@code a + w (b - a)}. */
    static <V> V lerp(Lanes<V> l, V a, V b, V w) {
        return l.fma(w, l.sub(b, a), a);
    }

    /** Updates {@code param} and {@code state} with one value for each of the rule's numbers. */
    void run(Dense param, Dense grad, Dense[] state, double... values) {
        if (Autograd.isGradEnabled()) {
            recorded(param, grad, state, values);
            return;
        }
        Dense p = Real.of(param);
        Dense g = Real.of(grad);
        Dense[] s = new Dense[states];
        for (int i = 0; i < states; i++) {
            s[i] = Real.of(state[i]);
        }
        DType type = p.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        if (p.dtype() == type && p.isDense() && follow(p, s)) {
            Dense gradient = g.dtype() == type && g.sameLayout(p) ? g : copy(g, ParamState.like(p));
            pass(p, gradient, s, values);
        } else {
            staged(p, g, s, type, values);
        }
        p.storage().bumpVersion();
        for (Dense t : s) {
            t.storage().bumpVersion();
        }
    }

    /** By operations that autograd sees, for steps that are to be differentiated. */
    private void recorded(Dense param, Dense grad, Dense[] state, double[] values) {
        if (param.dtype() != DType.FLOAT32 && param.dtype() != DType.FLOAT64) {
            throw CressetException.unsupported("optimizer: a differentiable step of a parameter of " + param.dtype()
                    + param.shape() + "; expected float32 or float64");
        }
        TensorLanes lanes = new TensorLanes(param.dtype());
        List<Tensor> in = new ArrayList<>();
        in.add(param.clone()); // copies, because the originals change below
        in.add(grad.clone());
        for (Dense s : state) {
            in.add(s.clone());
        }
        for (double v : values) {
            in.add(lanes.constant(v));
        }
        List<Tensor> out = body.lanes(lanes, in);
        for (int i = 0; i < states; i++) {
            state[i].copy_(out.get(1 + i));
        }
        param.copy_(out.get(0));
    }

    /**
     * Updates the rows that have a gradient. Others aren't looked at, where parameter and state are contiguous and of a
     * dtype that loops compute in.
     */
    void runRows(Dense param, SparseRows grad, Dense[] state, double... values) {
        SparseRows g = grad.coalesce();
        long[] rows = g.indices().toLongArray();
        for (long row : rows) {
            if (row < 0 || row >= param.size(0)) {
                throw CressetException.index(
                        "step: a gradient for row " + row + " of a table " + param.dtype() + param.shape());
            }
        }
        boolean direct = param.isContiguous()
                && (param.dtype() == DType.FLOAT32 || param.dtype() == DType.FLOAT64)
                && follow(param, state)
                && !Autograd.isGradEnabled();
        if (!direct) {
            picked(param, g, state, values);
            return;
        }
        int n = Math.toIntExact(param.numel() / Math.max(1, param.size(0)));
        if (rows.length == 0 || n == 0) {
            return;
        }
        Dense from = (Dense) g.values().detach().contiguous();
        WideKernel kernel = (param.dtype() == DType.FLOAT64 ? doubles : floats).pick(n);
        Storage numbers = numbers(param.dtype(), values);
        Workers.parallelFor(rows.length, Math.max(1, GRAIN / n), (begin, end) -> {
            MemorySegment[] segments = segments(param, from, state, numbers.segment());
            long[] offsets = new long[segments.length];
            for (long i = begin; i < end; i++) {
                if ((i - begin) % Ahead.ROWS == 0) {
                    ahead(param, rows, n, i, Math.min(i + Ahead.ROWS, end));
                }
                place(offsets, param, from, state, rows[(int) i] * n, i * n);
                kernel.run(segments, offsets, n);
            }
        });
        numbers.free();
        param.storage().bumpVersion();
        for (Dense t : state) {
            t.storage().bumpVersion();
        }
    }

    private static void ahead(Dense param, long[] rows, int n, long from, long to) {
        long bytes = (long) n << param.dtype().shift();
        for (long i = from; i < to; i++) {
            Ahead.touch(param.segment(), param.byteOffset() + rows[(int) i] * bytes, bytes);
        }
    }

    /** Rows of any tensors, through copies of them. */
    private void picked(Dense param, SparseRows g, Dense[] state, double[] values) {
        Dense p = param.indexSelect(0, g.indices()).dense("step");
        Dense[] s = new Dense[states];
        for (int k = 0; k < states; k++) {
            s[k] = state[k].indexSelect(0, g.indices()).dense("step");
        }
        run(p, g.values().dense("step"), s, values);
        param.copy_(param.indexCopy(0, g.indices(), p));
        for (int k = 0; k < states; k++) {
            state[k].copy_(state[k].indexCopy(0, g.indices(), s[k]));
        }
    }

    private static boolean follow(Dense p, Dense[] s) {
        for (Dense t : s) {
            if (t.dtype() != p.dtype() || !t.sameLayout(p)) {
                return false;
            }
        }
        return true;
    }

    private static Dense copy(Dense from, Dense to) {
        to.copy_(from);
        return to;
    }

    /** Through contiguous copies of a type that loops compute in. */
    private void staged(Dense p, Dense g, Dense[] s, DType type, double[] values) {
        Dense pp = copy(p, Dense.empty(p.shape(), type));
        Dense gg = copy(g, Dense.empty(p.shape(), type));
        Dense[] ss = new Dense[states];
        for (int i = 0; i < states; i++) {
            ss[i] = copy(s[i], Dense.empty(p.shape(), type));
        }
        pass(pp, gg, ss, values);
        p.copy_(pp);
        for (int i = 0; i < states; i++) {
            s[i].copy_(ss[i]);
        }
    }

    /** All elements, in the order in which they lie in memory. */
    private void pass(Dense p, Dense g, Dense[] s, double[] values) {
        long n = p.numel();
        if (n == 0) {
            return;
        }
        WideKernel kernel = (p.dtype() == DType.FLOAT64 ? doubles : floats).pick(n);
        Storage memory = numbers(p.dtype(), values);
        MemorySegment at = memory.segment();
        if (n < 2 * GRAIN) {
            chunk(kernel, p, g, s, at, 0, (int) n);
        } else {
            Workers.parallelFor(n, GRAIN, (begin, end) -> {
                for (long i = begin; i < end; i += CHUNK) {
                    chunk(kernel, p, g, s, at, i, (int) Math.min(CHUNK, end - i));
                }
            });
        }
        memory.free();
    }

    /** What the rule takes besides tensors. */
    private Storage numbers(DType type, double[] values) {
        if (values.length != numbers) {
            throw new IllegalArgumentException(values.length + " numbers; the rule takes " + numbers);
        }
        Storage memory = Memory.allocate(8L * Math.max(1, numbers));
        MemorySegment at = memory.segment();
        for (int i = 0; i < numbers; i++) {
            if (type == DType.FLOAT64) {
                at.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i, values[i]);
            } else {
                at.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 8L * i, (float) values[i]);
            }
        }
        return memory;
    }

    private void chunk(WideKernel kernel, Dense p, Dense g, Dense[] s, MemorySegment values, long from, int n) {
        MemorySegment[] segments = segments(p, g, s, values);
        long[] offsets = new long[segments.length];
        place(offsets, p, g, s, from, from);
        kernel.run(segments, offsets, n);
    }

    /** The memory of the loop's operands: parameter, gradient, state and numbers, and then parameter and state to write to. */
    private MemorySegment[] segments(Dense p, Dense g, Dense[] s, MemorySegment values) {
        int inputs = 2 + states + numbers;
        MemorySegment[] segments = new MemorySegment[inputs + 1 + states];
        segments[0] = p.segment();
        segments[1] = g.segment();
        for (int i = 0; i < states; i++) {
            segments[2 + i] = s[i].segment();
            segments[inputs + 1 + i] = segments[2 + i];
        }
        for (int i = 0; i < numbers; i++) {
            segments[2 + states + i] = values;
        }
        segments[inputs] = segments[0];
        return segments;
    }

    /** Where the operands begin, from element {@code from} of the parameter and {@code gradFrom} of the gradient on. */
    private void place(long[] offsets, Dense p, Dense g, Dense[] s, long from, long gradFrom) {
        int inputs = 2 + states + numbers;
        long at = from << p.dtype().shift();
        offsets[0] = p.byteOffset() + at;
        offsets[1] = g.byteOffset() + (gradFrom << g.dtype().shift());
        for (int i = 0; i < states; i++) {
            offsets[2 + i] = s[i].byteOffset() + at;
            offsets[inputs + 1 + i] = offsets[2 + i];
        }
        for (int i = 0; i < numbers; i++) {
            offsets[2 + states + i] = 8L * i;
        }
        offsets[inputs] = offsets[0];
    }
}
