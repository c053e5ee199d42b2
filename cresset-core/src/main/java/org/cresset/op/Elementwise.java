package org.cresset.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.cresset.autograd.Func;
import org.cresset.autograd.Vjp;
import org.cresset.base.CressetException;
import org.cresset.base.DType;
import org.cresset.base.Device;
import org.cresset.base.Shape;
import org.cresset.emit.Body;
import org.cresset.emit.LaneType;
import org.cresset.emit.Lanes;
import org.cresset.emit.Loop;
import org.cresset.emit.PackedBools;
import org.cresset.emit.Row;
import org.cresset.tensor.Dense;
import org.cresset.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Operations on each element by itself. A declaration is a lane body and a derivative; broadcasting, promotion, kernels for
 * every dtype and layout, batching and both kinds of derivative come from here. Attributes that implement {@link Numbers}
 * reach the body as further operands.
 */
public abstract sealed class Elementwise extends Op permits Unary, Binary, Ternary {
    private final Promotion promotion;
    private final int arity;
    private final int numbers;
    private final @Nullable Forms[] loops = new Forms[LaneType.values().length];
    private final DerivativeLoop[] derivatives;
    private @Nullable Forms complexLoops;
    private @Nullable Forms boolLoops;
    private @Nullable Tiers packedLoop;
    private boolean packs = true;

    /** Attributes that are numbers, in the order in which the lane body takes them, after the inputs. */
    public interface Numbers {
        /** Number {@code i}. */
        double number(int i);
    }

    /** One number. */
    public record One(double a) implements Numbers {
        @Override
        public double number(int i) {
            return a;
        }

        // By hand, as the first call of what the compiler makes takes milliseconds.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof One o && Double.compare(a, o.a) == 0;
        }

        @Override
        public int hashCode() {
            return Double.hashCode(a);
        }
    }

    /** Two numbers. */
    public record Two(double a, double b) implements Numbers {
        @Override
        public double number(int i) {
            return i == 0 ? a : b;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Two o && Double.compare(a, o.a) == 0 && Double.compare(b, o.b) == 0;
        }

        @Override
        public int hashCode() {
            return 31 * Double.hashCode(a) + Double.hashCode(b);
        }
    }

    Elementwise(String name, Promotion promotion, Saves saves, int arity, int numbers) {
        super(name, saves);
        this.promotion = promotion;
        this.arity = arity;
        this.numbers = numbers;
        this.derivatives = new DerivativeLoop[arity];
        Arrays.setAll(derivatives, i -> new DerivativeLoop(this, arity, i));
        if (arity + numbers > 3) {
            throw new IllegalArgumentException(name + ": a loop has up to three operands");
        }
    }

    /** The result for one element of each input, then the numbers. */
    abstract <V> V lanes(Lanes<V> lanes, List<V> in);

    /**
     * Whether float32 is computed in float64 and rounded at the end: for functions that would need double-float arithmetic
     * otherwise, or care with overflow.
     */
    protected boolean inDouble() {
        return false;
    }

    /**
     * complex64 in lanes, for operations that have it: real and imaginary part of each operand give those of the result (or
     * one value, if that isn't complex).
     */
    protected @Nullable ComplexLanes complexLanes() {
        return null;
    }

    /** Complex numbers of all dtypes, one by one; for operations that have them. */
    protected @Nullable ComplexFunction complex() {
        return null;
    }

    /** A function of complex operands, which come and go as real and imaginary part. */
    @FunctionalInterface
    public interface ComplexFunction {
        /** Reads {@code in} (re, im of each operand), writes {@code out} (re, im). */
        void apply(double[] in, double[] out);
    }

    /** The dtype of the result, given that in which is computed. */
    protected DType resultType(DType compute) {
        return promotion == Promotion.TO_BOOL ? DType.BOOL : compute;
    }

    /** The dtype that the operands are brought to; throws where the operation does not exist for it. */
    protected DType computeType(@Nullable Tensor[] in) {
        return promotion.compute(in);
    }

    /** The type that loops compute dtype {@code t} in. */
    protected LaneType laneType(DType t) {
        return switch (t) {
            case FLOAT64 -> LaneType.F64;
            case FLOAT32, FLOAT16, BFLOAT16 -> LaneType.F32;
            case INT64 -> LaneType.I64;
            default -> LaneType.I32;
        };
    }

    @Override
    protected final Spec[] infer(Object attrs, @Nullable Tensor[] in) {
        return spec(Broadcast.shapes(name(), in), resultType(checked(in)));
    }

    private DType checked(@Nullable Tensor[] in) {
        DType t = computeType(in);
        boolean exists = (!t.isComplex() || complex() != null)
                && (promotion != Promotion.FLOAT_ONLY || t.isDifferentiable())
                && (promotion != Promotion.INTEGER_ONLY || !t.isDifferentiable());
        if (!exists) {
            throw CressetException.unsupported(name() + ": does not exist for " + t);
        }
        return t;
    }

    // What eager code runs most, and only what that needs: once a program has run many operations, all ways through a
    // method seem to be taken, and the JIT compiler gives up inlining where they have many calls.

    @Override
    protected final Tensor eval(Object attrs, Tensor a) {
        Dense x = a.dense(name());
        Forms f = x.dtype() == DType.FLOAT32 && isPlain(x) ? forms(LaneType.F32) : null;
        if (f == null || !f.isUniform()) {
            return super.eval(attrs, a);
        }
        Dense out = Dense.emptyLike(x, DType.FLOAT32);
        Pointwise.flat(f.get(0), out.numel(), out, x, 0, null, 0, null, 0);
        return out;
    }

    @Override
    protected final Tensor eval(Object attrs, Tensor a, Tensor b) {
        Dense x = a.dense(name());
        Dense y = b.dense(name());
        Forms f = x.dtype() == DType.FLOAT32
                        && y.dtype() == DType.FLOAT32
                        && isPlain(x)
                        && y.device() == Device.CPU
                        && x.sameLayout(y)
                ? forms(LaneType.F32)
                : null;
        if (f == null || !f.isUniform()) {
            return super.eval(attrs, a, b);
        }
        Dense out = Dense.emptyLike(x, DType.FLOAT32);
        Pointwise.flat(f.get(0), out.numel(), out, x, 0, y, 0, null, 0);
        return out;
    }

    /** Whether a loop over float32 takes the operand as it lies, and leaves float32. */
    private boolean isPlain(Dense x) {
        return numbers == 0
                && promotion != Promotion.INTEGER_ONLY
                && x.isContiguous()
                && x.device() == Device.CPU
                && resultType(DType.FLOAT32) == DType.FLOAT32;
    }

    @Override
    protected final Dense[] allocate(Object attrs, @Nullable Tensor[] in, Spec[] specs, Device device) {
        Spec s = specs[0];
        for (Tensor t : in) { // the layout of the first operand that has the result's shape and no gaps
            if (t instanceof Dense d && d.shape().equals(s.shape()) && d.isDense()) {
                return new Dense[] {Dense.emptyLike(d, s.dtype(), device)};
            }
        }
        return super.allocate(attrs, in, specs, device);
    }

    @Override
    protected final void compute(Object attrs, @Nullable Dense[] in, Dense[] out) {
        computeInto(attrs, in, out[0]);
    }

    /** Computes into {@code out}, which may be one of the inputs. */
    final void computeInto(Object attrs, @Nullable Dense[] in, Dense out) {
        DType t = checked(in);
        if (t.isComplex()) {
            ComplexLanes lanes = t == DType.COMPLEX64 ? complexLanes() : null;
            if (lanes == null) {
                ComplexPointwise.run(complex(), t, out, in);
            } else {
                Pointwise.run(
                        complexForms(lanes), out, in[0], in.length > 1 ? in[1] : null, in.length > 2 ? in[2] : null);
            }
            return;
        }
        if (t == DType.BOOL && numbers == 0 && out.dtype() == DType.BOOL) {
            Dense second = in.length > 1 ? in[1] : null;
            Dense third = in.length > 2 ? in[2] : null;
            Tiers packed = packs ? packedLoop() : null;
            if (packed == null || !Pointwise.packed(packed, boolForms(), out, in[0], second, third)) {
                Pointwise.run(boolForms(), out, in[0], second, third);
            }
            return;
        }
        LaneType lane = laneType(t);
        Dense[] all = new Dense[3];
        System.arraycopy(in, 0, all, 0, in.length);
        for (int i = 0; i < numbers; i++) {
            all[arity + i] = Dense.number(((Numbers) attrs).number(i), lane.dtype());
        }
        Pointwise.run(forms(lane), out, all[0], all[1], all[2]);
    }

    /** The loops for a type. */
    private Forms forms(LaneType type) {
        Forms f = loops[type.ordinal()];
        if (f == null) {
            f = new Forms(layout -> describe(type, layout));
            loops[type.ordinal()] = f;
        }
        return f;
    }

    /** The loop for a type and a layout, for other kernels. */
    final Tiers loop(LaneType type, int repeated) {
        return forms(type).get(repeated);
    }

    private Forms complexForms(ComplexLanes lanes) {
        Forms f = complexLoops;
        if (f == null) {
            f = new Forms(layout -> describe(lanes, layout));
            complexLoops = f;
        }
        return f;
    }

    private @Nullable Tiers packedLoop() {
        Tiers t = packedLoop;
        if (t == null) {
            Loop loop = describePacked();
            packs = loop != null;
            t = loop == null ? null : new Tiers(loop);
            packedLoop = t;
        }
        return t;
    }

    private Forms boolForms() {
        Forms f = boolLoops;
        if (f == null) {
            f = new Forms(this::describeBool);
            boolLoops = f;
        }
        return f;
    }

    private String id(String type, int repeated) {
        return id(name(), type, repeated);
    }

    static String id(String name, String type, int repeated) {
        char[] id = name.toCharArray(); // by hand: a regular expression takes milliseconds the first time
        for (int i = 0; i < id.length; i++) {
            char c = id[i];
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')) {
                id[i] = '_';
            }
        }
        return new String(id) + "_" + type + "_" + repeated;
    }

    static List<Boolean> layout(int operands, int repeated) {
        List<Boolean> layout = new ArrayList<>();
        for (int i = 0; i < operands; i++) {
            layout.add((repeated >> i & 1) != 0);
        }
        return layout;
    }

    /** The loop to emit for the type of the memory and a layout; bit i of {@code repeated} says that operand i is one element. */
    final Loop describe(LaneType memory, int repeated) {
        boolean widens = memory == LaneType.F32 && inDouble();
        List<Row> rows = new ArrayList<>(Collections.nCopies(arity + numbers + 1, widens ? Row.NARROW : Row.PLAIN));
        if (promotion == Promotion.SKIP_FIRST) {
            rows.set(0, Row.FLAG);
        }
        if (promotion == Promotion.TO_BOOL) {
            rows.set(arity + numbers, Row.FLAG);
        }
        return new Loop(
                id(memory.name().toLowerCase(Locale.ROOT), repeated),
                widens ? LaneType.F64 : memory,
                layout(arity + numbers, repeated),
                1,
                List.of(),
                rows,
                false,
                body());
    }

    /** The loop to emit for bool operands and results. */
    private Loop describeBool(int repeated) {
        return new Loop(
                id("bool", repeated),
                LaneType.I32,
                layout(arity, repeated),
                1,
                List.of(),
                Collections.nCopies(arity + 1, Row.FLAG),
                false,
                body());
    }

    /** The loop to emit for bool operands eight at a time; null if the body has no such reading. */
    private @Nullable Loop describePacked() {
        Loop loop = new Loop(id("packed", 0), LaneType.I64, layout(arity, 0), 1, List.of(), false, new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(Elementwise.this.lanes(new PackedBools<>(l), in));
            }
        });
        try {
            return loop.vectorizable() ? loop : null;
        } catch (PackedBools.NoReading e) {
            return null;
        }
    }

    private Body body() {
        return new Body() {
            @Override
            public <V> List<V> lanes(Lanes<V> l, List<V> in) {
                return List.of(Elementwise.this.lanes(l, in));
            }
        };
    }

    /** The loop to emit for complex64. */
    private Loop describe(ComplexLanes lanes, int repeated) {
        DType result = resultType(DType.COMPLEX64);
        boolean wide = lanes.type() == LaneType.F64;
        Row pair = wide ? Row.NARROW_PAIR : Row.PAIR;
        List<Row> rows = new ArrayList<>(Collections.nCopies(arity + 1, pair));
        if (promotion == Promotion.SKIP_FIRST) {
            rows.set(0, Row.FLAG);
        }
        if (!result.isComplex()) {
            rows.set(arity, result == DType.BOOL ? Row.FLAG : wide ? Row.NARROW : Row.PLAIN);
        }
        return new Loop(
                id("c64", repeated), lanes.type(), layout(arity, repeated), 1, List.of(), rows, false, lanes.body());
    }

    /** The loops worth emitting when Cresset is built. */
    final List<Loop> usualLoops() {
        List<Loop> all = new ArrayList<>();
        for (int layout : usualLayouts()) {
            for (LaneType t : usualTypes()) {
                all.add(describe(t, layout));
            }
            ComplexLanes lanes = complexLanes();
            if (lanes != null) {
                all.add(describe(lanes, layout));
            }
            if (numbers == 0 && promotion != Promotion.TO_FLOAT && promotion != Promotion.FLOAT_ONLY) {
                all.add(describeBool(layout));
            }
        }
        Loop packed = numbers == 0 && promotion != Promotion.TO_FLOAT && promotion != Promotion.FLOAT_ONLY
                ? describePacked()
                : null;
        if (packed != null) {
            all.add(packed);
        }
        if (numbers == 0 && promotion != Promotion.TO_BOOL && promotion != Promotion.INTEGER_ONLY) {
            Stream.of(derivatives)
                    .map(DerivativeLoop::usual)
                    .filter(Objects::nonNull)
                    .forEach(all::add);
        }
        return all;
    }

    private List<Integer> usualLayouts() {
        int always = numbers == 0 ? 0 : ((1 << numbers) - 1) << arity;
        return switch (arity) {
            case 2 -> List.of(always, always | 1, always | 2);
            case 3 -> List.of(0, 2, 4, 6);
            default -> List.of(always);
        };
    }

    private List<LaneType> usualTypes() {
        return switch (promotion) {
            case TO_FLOAT, FLOAT_ONLY -> List.of(LaneType.F32, LaneType.F64);
            case INTEGER_ONLY -> List.of(LaneType.I32, LaneType.I64);
            default -> List.of(LaneType.values());
        };
    }

    @Override
    public boolean differentiable(int output) {
        return promotion != Promotion.TO_BOOL;
    }

    /** The derivative by input i, for both kinds of derivative; null: zero. What {@link Saves} leaves out is null. */
    abstract @Nullable Tensor partial(int i, Object attrs, @Nullable Tensor[] in, @Nullable Tensor[] out);

    /** Whether derivatives for half precision are computed in float32 and rounded once, at the end. */
    boolean widensDerivative() {
        return true;
    }

    /** Whether the derivative computes the result again where that has been rounded to half precision. */
    boolean recomputes() {
        return false;
    }

    private @Nullable Tensor[] widened(@Nullable Tensor[] kept) {
        @Nullable Tensor[] wide = kept;
        for (int i = 0; i < kept.length; i++) {
            DType t = kept[i] == null ? null : kept[i].dtype();
            if (widensDerivative() && (t == DType.FLOAT16 || t == DType.BFLOAT16)) {
                wide = wide == kept ? kept.clone() : wide;
                wide[i] = kept[i].to(DType.FLOAT32);
            }
        }
        return wide;
    }

    @Override
    protected void vjp(Vjp v) {
        @Nullable Tensor[] in = widened(exact(v.savedInputs(), v.outputType(0)));
        @Nullable Tensor[] out = recomputes() ? v.savedOutputs() : widened(v.savedOutputs());
        for (int i = 0; i < v.inputs(); i++) {
            if (v.needs(i)) {
                Tensor g = v.grad();
                Tensor d = fused(i, v.attrs(), g, in, out);
                d = d != null ? d : shorter(i, v.attrs(), g, v.savedInputs(), v.savedOutputs());
                d = d != null ? d : gradient(i, v.attrs(), g, in, out);
                v.set(i, d == null ? g.zerosLike() : d); // even where the gradient is infinite
            }
        }
    }

    /** The gradient of input i where an operation has a shorter way to it than by its derivative; else null. */
    @Nullable
    Tensor shorter(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return null;
    }

    /** The gradient of input i, given that of the output; null: zero. What {@link Saves} leaves out is null. */
    private @Nullable Tensor gradient(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        Tensor d = partial(i, attrs, in, out);
        return d == null ? null : d == Partial.ONE ? g : g.mul(d.conj());
    }

    /** The same in operations that can be put together. */
    final @Nullable Tensor composed(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        Tensor d = shorter(i, attrs, g, in, out);
        return d != null ? d : gradient(i, attrs, g, in, out);
    }

    /** The gradient of input i by one loop, if there is one; else null. */
    final @Nullable Tensor fused(int i, Object attrs, Tensor g, @Nullable Tensor[] in, @Nullable Tensor[] out) {
        return derivatives[i].run(attrs, g, in, out);
    }

    /** How many inputs there are. */
    final int arity() {
        return arity;
    }

    /** How many numbers the body takes after the inputs. */
    final int numbers() {
        return numbers;
    }

    @Override
    public Tensor[] jvp(Object attrs, @Nullable Tensor[] in, Tensor[] out, @Nullable Tensor[] tangents) {
        Tensor sum = null;
        DType t = out[0].dtype();
        @Nullable Tensor[] operands = exact(in, t);
        for (int i = 0; i < in.length; i++) {
            if (tangents[i] == null) {
                continue;
            }
            Tensor d = partial(i, attrs, operands, out);
            if (d != null) {
                Tensor term = d == Partial.ONE ? tangents[i] : tangents[i].mul(d);
                term = term.dtype().isComplex() && !t.isComplex() ? term.real() : term;
                sum = sum == null ? term : sum.add(term);
            }
        }
        if (sum == null) {
            return new Tensor[] {out[0].zerosLike()};
        }
        Shape shape = out[0].shape();
        sum = sum.dtype() == t ? sum : sum.to(t);
        return new Tensor[] {sum.shape().equals(shape) ? sum : sum.expand(shape.toArray())};
    }

    /** The operands with Java numbers and integers in the dtype of the result: of themselves they would give float32. */
    private @Nullable Tensor[] exact(@Nullable Tensor[] in, DType result) {
        @Nullable Tensor[] all = in;
        for (int i = promotion == Promotion.SKIP_FIRST ? 1 : 0; i < in.length; i++) {
            Tensor x = in[i];
            if (x != null && (x.isNumber() || !x.dtype().isDifferentiable()) && result.isDifferentiable()) {
                all = all == in ? in.clone() : all;
                all[i] = (x.isNumber() ? x.clone() : x).to(x.dtype().isComplex() ? result.complex() : result);
            }
        }
        return all;
    }

    @Override
    public Tensor[] batch(Object attrs, @Nullable Tensor[] in, boolean[] mapped, long size) {
        int rank = 0;
        for (int i = 0; i < in.length; i++) {
            rank = Math.max(rank, in[i].dim() - (mapped[i] ? 1 : 0));
        }
        Tensor[] aligned = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            aligned[i] = mapped[i] ? Func.alignBatch(in[i], rank) : in[i];
        }
        return all(attrs, aligned);
    }

    /** Stands for a derivative of 1, so that nothing is multiplied. */
    static final class Partial {
        static final Tensor ONE = Dense.number(1, DType.FLOAT32);

        private Partial() {}
    }
}
