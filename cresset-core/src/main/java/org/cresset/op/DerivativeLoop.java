package org.cresset.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.cresset.autograd.Context;
import org.cresset.autograd.Interpreter;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.emit.Body;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.Row;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of an elementwise operation by one of its inputs, in float32 or float64, as one loop. What the derivative says in operations is
 * run once on tensors without memory, and the bodies of these operations become one body: the gradient is read and written once,
 * where a dozen operations would each go through memory. For first-order gradients of large tensors; everything else is made of
 * the operations themselves.
 */
final class DerivativeLoop {
    /** Elements from which it pays to look for it. */
    private static final long WORTH_IT = 1 << 12;

    /** Attributes for which there are loops at most: they are constants there. */
    private static final int MOST_VARIANTS = 32;

    private static final int MOST_OPERANDS = 3;
    private static final AtomicInteger VARIANTS = new AtomicInteger();

    private final Elementwise op;
    private final int arity;
    private final int input;
    private final Map<Object, Optional<Fusion>> narrow = new ConcurrentHashMap<>();
    private final Map<Object, Optional<Fusion>> wide = new ConcurrentHashMap<>();

    DerivativeLoop(Elementwise op, int arity, int input) {
        this.op = op;
        this.arity = arity;
        this.input = input;
    }

    /**
     * The gradient, given that of the output, and what was saved; null if there is no such loop, or it can't be used now.
     */
    @Nullable
    Tensor run(Object attrs, Tensor gradient, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        DType type = gradient.dtype();
        boolean isFloat = type == DType.FLOAT32 || type == DType.FLOAT64;
        if (gradient.numel() < WORTH_IT || !isFloat || !suits(gradient, type) || !now()) {
            return null;
        }
        for (Tensor t : in) {
            if (!suits(t, type)) {
                return null;
            }
        }
        if (!suits(out[0], type)) {
            return null;
        }
        Fusion f = of(type, attrs, in, out);
        return f == null ? null : f.run(gradient, in, out);
    }

    private static boolean suits(@Nullable Tensor t, DType type) {
        return t == null || t instanceof Dense && t.dtype() == type && t.device() == Device.CPU;
    }

    private static boolean now() {
        Context c = Context.current();
        return c.interpreter() == null && !c.grad();
    }

    private @Nullable Fusion of(DType type, Object attrs, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        Map<Object, Optional<Fusion>> fusions = type == DType.FLOAT64 ? wide : narrow;
        Optional<Fusion> f = fusions.get(attrs);
        if (f == null) {
            if (fusions.size() >= MOST_VARIANTS) {
                return null;
            }
            boolean[] saved = new boolean[arity + 1];
            for (int i = 0; i < arity; i++) {
                saved[i] = in[i] != null;
            }
            saved[arity] = out[0] != null;
            f = Optional.ofNullable(trace(type, attrs, saved));
            fusions.put(attrs, f);
        }
        return f.orElse(null);
    }

    /** The loop that is written when Cresset is built, if there is one. */
    @Nullable
    Loop usual() {
        boolean[] saved = new boolean[arity + 1];
        for (int i = 0; i < arity; i++) {
            saved[i] = op.savesInput(i, new boolean[] {true, true, true});
        }
        saved[arity] = op.savesOutputs();
        Fusion f = trace(DType.FLOAT32, None.NONE, saved);
        return f == null ? null : f.describe(0);
    }

    private @Nullable Fusion trace(DType type, Object attrs, boolean[] saved) {
        @Nullable Tensor[] symbols = new Tensor[arity + 2]; // the gradient, the inputs, the output
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = i == 0 || saved[i - 1] ? Dense.empty(Shape.of(2, 3), type, Device.META) : null;
        }
        @Nullable Tensor[] in = new Tensor[arity];
        System.arraycopy(symbols, 1, in, 0, arity);
        @Nullable Tensor[] out = {symbols[arity + 1]};
        Tracer tracer = new Tracer();
        try {
            Tensor result = Context.current()
                    .withGrad(false)
                    .asking(tracer)
                    .call(() -> op.composed(input, attrs, Objects.requireNonNull(symbols[0]), in, out));
            if (result == null) {
                return null;
            }
            Expression e = new Expression(type, tracer, symbols);
            e.value(result);
            boolean suits = e.operations > 1 && !e.operands.isEmpty() && e.operands.size() <= MOST_OPERANDS;
            return suits ? new Fusion(type, name(attrs), e) : null;
        } catch (NotALoop | CressetException x) { // what isn't elementwise, or asks for numbers of tensors
            return null;
        }
    }

    private String name(Object attrs) {
        String variant = attrs == None.NONE ? "" : "_" + VARIANTS.incrementAndGet();
        return op.name() + "_by_" + input + variant;
    }

    /** That a derivative is no loop. */
    private static final class NotALoop extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotALoop(String why) {
            super(why, null, false, false);
        }
    }

    /** Records operations on tensors without memory. */
    private static final class Tracer implements Interpreter {
        private final Map<Tensor, Call> calls = new IdentityHashMap<>();

        private record Call(Op op, Object attrs, @Nullable Tensor[] in) {}

        @Override
        public Tensor[] bind(Op op, Object attrs, @Nullable Tensor[] inputs) {
            Tensor[] out = op.eval(attrs, inputs);
            calls.put(out[0], new Call(op, attrs, inputs));
            return out;
        }

        @Override
        public void change(Op op, Object attrs, @Nullable Tensor[] in) {
            throw new NotALoop(op.name());
        }
    }

    /**
     * One operation of a body, or a constant.
     *
     * @param op null for a constant
     * @param in values: of operands, or of steps before from {@link Expression#STEPS} on
     * @param mask whether the result says yes or no
     */
    private record Step(@Nullable Elementwise op, int[] in, boolean mask, double constant) {
        <V> V value(Lanes<V> l, List<V> operands, List<V> before) {
            if (op == null) {
                return l.constant(constant);
            }
            List<V> all = new ArrayList<>();
            for (int i : in) {
                all.add(i < Expression.STEPS ? operands.get(i) : before.get(i - Expression.STEPS));
            }
            V v = op.lanes(l, all);
            return mask ? l.select(v, l.one(), l.zero()) : v;
        }
    }

    /** What was recorded, from the result down to operands and constants. */
    private static final class Expression {
        static final int STEPS = 100;

        private final DType type;
        private final Tracer tracer;
        private final @Nullable Tensor[] symbols;
        private final Map<Tensor, Integer> values = new IdentityHashMap<>();
        private final Map<List<Object>, Integer> same = new HashMap<>();
        private final List<Integer> operands = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();
        private int operations;
        private boolean wide;

        Expression(DType type, Tracer tracer, @Nullable Tensor[] symbols) {
            this.type = type;
            this.tracer = tracer;
            this.symbols = symbols;
        }

        int value(Tensor t) {
            Integer known = values.get(t);
            if (known == null) {
                known = find(t);
                values.put(t, known);
            }
            return known;
        }

        private int find(Tensor t) {
            for (int i = 0; i < symbols.length; i++) {
                if (t == symbols[i]) {
                    return operand(i);
                }
            }
            if (t.device() != Device.META) {
                return constant(t.item());
            }
            Tracer.Call c = tracer.calls.get(t);
            boolean mask = t.dtype() == DType.BOOL;
            if (c == null || t.dtype() != type && !mask) {
                throw new NotALoop("a value of " + t.dtype());
            }
            if (c.op instanceof ToCopy && !mask) {
                return value(present(c.in[0]));
            }
            return operation(c, mask);
        }

        private static Tensor present(@Nullable Tensor t) {
            if (t == null) {
                throw new NotALoop("an operand that isn't there");
            }
            return t;
        }

        private int operand(int symbol) {
            int at = operands.indexOf(symbol);
            if (at < 0) {
                at = operands.size();
                operands.add(symbol);
            }
            return at;
        }

        private int constant(double number) {
            return step(List.of(number), new Step(null, new int[0], false, number));
        }

        private int operation(Tracer.Call c, boolean mask) {
            if (!(c.op instanceof Elementwise e)) {
                throw new NotALoop(c.op.name());
            }
            int[] in = new int[c.in.length + e.numbers()];
            List<Object> key = new ArrayList<>(List.of(e));
            for (int i = 0; i < in.length; i++) {
                in[i] = i < c.in.length
                        ? value(present(c.in[i]))
                        : constant(((Elementwise.Numbers) c.attrs).number(i - c.in.length));
                key.add(in[i]);
            }
            operations += same.containsKey(key) ? 0 : 1;
            wide |= e.inDouble();
            return step(key, new Step(e, in, mask, 0));
        }

        private int step(List<Object> key, Step s) {
            Integer before = same.get(key);
            if (before != null) {
                return before;
            }
            steps.add(s);
            int at = STEPS + steps.size() - 1;
            same.put(key, at);
            return at;
        }
    }

    /** The loops of what was recorded. */
    private static final class Fusion {
        private final DType type;
        private final String name;
        private final boolean wide;
        private final List<Integer> operands;
        private final List<Step> steps;
        private final Forms forms;

        Fusion(DType type, String name, Expression e) {
            this.type = type;
            this.name = name;
            this.wide = e.wide;
            this.operands = List.copyOf(e.operands);
            this.steps = List.copyOf(e.steps);
            this.forms = new Forms(this::describe);
        }

        Tensor run(Tensor gradient, @Nullable Tensor[] in, @Nullable Tensor[] out) {
            Dense[] all = new Dense[MOST_OPERANDS];
            Dense result = null;
            for (int i = 0; i < operands.size(); i++) {
                int symbol = operands.get(i);
                Tensor t = symbol == 0 ? gradient : symbol <= in.length ? in[symbol - 1] : out[0];
                Dense d = (Dense) Objects.requireNonNull(t);
                all[i] = d;
                if (result == null && d.isDense() && d.shape().equals(gradient.shape())) {
                    result = Dense.emptyLike(d, type);
                }
            }
            Dense y = result != null ? result : Dense.empty(gradient.shape(), type);
            Pointwise.run(forms, y, Objects.requireNonNull(all[0]), all[1], all[2]);
            return y;
        }

        Loop describe(int repeated) {
            return new Loop(
                    Elementwise.id(name, type == DType.FLOAT64 ? "f64" : "f32", repeated),
                    wide || type == DType.FLOAT64 ? LaneType.F64 : LaneType.F32,
                    Elementwise.layout(operands.size(), repeated),
                    1,
                    List.of(),
                    Collections.nCopies(operands.size() + 1, wide && type == DType.FLOAT32 ? Row.NARROW : Row.PLAIN),
                    false,
                    new Body() {
                        @Override
                        public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                            List<V> values = new ArrayList<>();
                            for (Step s : steps) {
                                values.add(s.value(l, in, values));
                            }
                            return List.of(values.getLast());
                        }
                    });
        }
    }
}
