package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Appends Vector API instructions of the machine's preferred width to a method. */
final class VectorEmitter implements Lanes<Slot> {
    static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
    static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
    static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
    private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
    private static final ClassDesc COMPARISON = ClassDesc.of("jdk.incubator.vector.VectorOperators$Comparison");
    private static final ClassDesc BINARY = ClassDesc.of("jdk.incubator.vector.VectorOperators$Binary");
    private static final ClassDesc ASSOCIATIVE = ClassDesc.of("jdk.incubator.vector.VectorOperators$Associative");
    private static final ClassDesc INTS = ClassDesc.of("jdk.incubator.vector.IntVector");
    private static final ClassDesc LONGS = ClassDesc.of("jdk.incubator.vector.LongVector");
    private static final String PREFERRED = "SPECIES_PREFERRED";

    private final CodeBuilder code;
    private final LaneType type;
    private final ClassDesc vector;
    private final ClassDesc bits;
    private final Map<Number, Slot> constants;
    private final boolean narrow;

    /** Values of {@code constants} are locals that hold broadcast vectors; the map is filled by {@link #broadcast}. */
    VectorEmitter(CodeBuilder code, LaneType type, Map<Number, Slot> constants) {
        this(code, type, constants, false);
    }

    VectorEmitter(CodeBuilder code, LaneType type, Map<Number, Slot> constants, boolean narrow) {
        this.narrow = narrow;
        this.code = code;
        this.type = type;
        this.vector = vectorOf(type);
        this.bits = type == LaneType.F32 || type == LaneType.I32 ? INTS : LONGS;
        this.constants = constants;
    }

    static ClassDesc vectorOf(LaneType type) {
        return ClassDesc.of("jdk.incubator.vector."
                + switch (type) {
                    case F32 -> "FloatVector";
                    case F64 -> "DoubleVector";
                    case I32 -> "IntVector";
                    case I64 -> "LongVector";
                });
    }

    /** Pops the vector on the stack into a new local variable. */
    Slot store() {
        return store(false);
    }

    /** Pops the mask on the stack into a new local variable. */
    Slot storeMask() {
        return store(true);
    }

    private Slot store(boolean mask) {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return new Slot(local, mask);
    }

    VectorEmitter load(Slot s) {
        code.aload(s.local());
        return this;
    }

    /**
     * Says of what class a vector is. Of one that comes from the previous round of a loop the JIT compiler knows only what the
     * JDK's methods saw in this process; once they have seen vectors of other widths too, it keeps such a vector in a box, and
     * with it all that goes into it: several times slower, in some processes and not in others.
     */
    void exact(Slot s) {
        Label same = code.newLabel();
        load(s);
        code.invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class));
        code.getstatic(vector, PREFERRED, SPECIES);
        code.invokeinterface(SPECIES, "vectorType", MethodTypeDesc.of(CD_Class));
        code.if_acmpeq(same).aconst_null().athrow().labelBinding(same); // never thrown
    }

    /** Sets up a constant before the loop. */
    void broadcast(Number c) {
        code.getstatic(vector, PREFERRED, SPECIES);
        switch (type) {
            case F32 -> code.loadConstant(c.floatValue());
            case F64 -> code.loadConstant(c.doubleValue());
            case I32 -> code.loadConstant(c.intValue());
            case I64 -> code.loadConstant(c.longValue());
        }
        broadcastTop();
        constants.put(c, store());
    }

    /** Broadcasts the number on the stack, above its species. */
    void broadcastTop() {
        code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, ScalarEmitter.descOf(type)));
    }

    private Slot virtual(String name, Slot... args) {
        for (Slot a : args) {
            load(a);
        }
        ClassDesc[] params = new ClassDesc[args.length - 1];
        Arrays.fill(params, VECTOR);
        code.invokevirtual(vector, name, MethodTypeDesc.of(vector, params));
        return store();
    }

    @Override
    public LaneType type() {
        return type;
    }

    @Override
    public boolean narrow() {
        return narrow;
    }

    @Override
    public Slot constant(double c) {
        return Objects.requireNonNull(constants.get(Constants.key(type, c)), "an undeclared constant");
    }

    @Override
    public Slot constant(long c) {
        return Objects.requireNonNull(constants.get(Constants.key(type, c)), "an undeclared constant");
    }

    @Override
    public Slot add(Slot a, Slot b) {
        return virtual("add", a, b);
    }

    @Override
    public Slot sub(Slot a, Slot b) {
        return virtual("sub", a, b);
    }

    @Override
    public Slot mul(Slot a, Slot b) {
        return virtual("mul", a, b);
    }

    @Override
    public Slot div(Slot a, Slot b) {
        return switch (type) {
            case F32, F64 -> virtual("div", a, b);
            case I64 -> new LongDivision(code, this).quotient(a, b);
            case I32 -> throw new IllegalStateException("division of int32 has no vector form");
        };
    }

    @Override
    public Slot fma(Slot a, Slot b, Slot c) {
        return virtual("fma", a, b, c);
    }

    @Override
    public Slot neg(Slot a) {
        return virtual("neg", a);
    }

    @Override
    public Slot abs(Slot a) {
        return virtual("abs", a);
    }

    @Override
    public Slot min(Slot a, Slot b) {
        return virtual("min", a, b);
    }

    @Override
    public Slot max(Slot a, Slot b) {
        return virtual("max", a, b);
    }

    @Override
    public Slot sqrt(Slot a) {
        return virtual("sqrt", a);
    }

    private Slot compare(String comparison, Slot a, Slot b) {
        load(a);
        code.getstatic(OPERATORS, comparison, COMPARISON);
        load(b);
        code.invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
        return store(true);
    }

    @Override
    public Slot lt(Slot a, Slot b) {
        return compare("LT", a, b);
    }

    @Override
    public Slot le(Slot a, Slot b) {
        return compare("LE", a, b);
    }

    @Override
    public Slot eq(Slot a, Slot b) {
        return compare("EQ", a, b);
    }

    private Slot masks(String name, Slot m, Slot n) {
        load(m).load(n);
        code.invokevirtual(MASK, name, MethodTypeDesc.of(MASK, MASK));
        return store(true);
    }

    @Override
    public Slot both(Slot m, Slot n) {
        return masks("and", m, n);
    }

    @Override
    public Slot either(Slot m, Slot n) {
        return masks("or", m, n);
    }

    @Override
    public Slot not(Slot m) {
        load(m);
        code.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
        return store(true);
    }

    @Override
    public Slot select(Slot mask, Slot a, Slot b) {
        load(b).load(a).load(mask);
        code.invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
        return store();
    }

    @Override
    public Slot choose(Slot mask, Supplier<Slot> yes, Supplier<Slot> no) {
        Label others = code.newLabel();
        Label end = code.newLabel();
        int result = code.allocateLocal(TypeKind.REFERENCE);
        load(constant(FloatBits.rounder(type))); // any vector
        code.astore(result);
        load(mask);
        code.invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(CD_boolean)).ifeq(others);
        load(yes.get());
        code.astore(result).labelBinding(others);
        load(mask);
        code.invokevirtual(MASK, "allTrue", MethodTypeDesc.of(CD_boolean)).ifne(end);
        load(no.get());
        code.aload(result);
        load(mask);
        code.invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
        code.astore(result).labelBinding(end);
        return new Slot(result, false);
    }

    private void toBits() {
        if (!bits.equals(vector)) {
            bitsOf(code, vector, bits);
        }
    }

    private Slot fromBits() {
        if (!bits.equals(vector)) {
            numbersOf(code, bits, vector);
        }
        return store();
    }

    /**
     * The floats or doubles on the stack as ints or longs. Not {@code reinterpretAsInts}, which is one method for vectors of all
     * kinds: when a process has used many of these, the JIT compiler doesn't know any more which one it is, and may leave vectors
     * in boxes.
     */
    static void bitsOf(CodeBuilder code, ClassDesc from, ClassDesc to) {
        code.invokevirtual(from, "viewAsIntegralLanes", MethodTypeDesc.of(to));
    }

    /** The reverse of {@link #bitsOf}. */
    static void numbersOf(CodeBuilder code, ClassDesc from, ClassDesc to) {
        code.invokevirtual(from, "viewAsFloatingLanes", MethodTypeDesc.of(to));
    }

    private Slot bitwise(String operator, ClassDesc operatorType, Slot a, Slot b) {
        load(a);
        toBits();
        code.getstatic(OPERATORS, operator, operatorType);
        load(b);
        toBits();
        code.invokevirtual(bits, "lanewise", MethodTypeDesc.of(bits, BINARY, VECTOR));
        return fromBits();
    }

    @Override
    public Slot and(Slot a, Slot b) {
        return a.mask() ? both(a, b) : bitwise("AND", ASSOCIATIVE, a, b);
    }

    @Override
    public Slot or(Slot a, Slot b) {
        return a.mask() ? either(a, b) : bitwise("OR", ASSOCIATIVE, a, b);
    }

    @Override
    public Slot xor(Slot a, Slot b) {
        return bitwise("XOR", ASSOCIATIVE, a, b);
    }

    private long width() {
        return type == LaneType.I32 ? 32 : 64;
    }

    private Slot inWidth(Slot b) {
        return both(lt(b, constant(width())), le(constant(0L), b));
    }

    @Override
    public Slot shl(Slot a, Slot b) {
        return select(inWidth(b), bitwise("LSHL", BINARY, a, b), constant(0L));
    }

    @Override
    public Slot shr(Slot a, Slot b) {
        Slot sign = bitwise("ASHR", BINARY, a, constant(width() - 1));
        return select(inWidth(b), bitwise("ASHR", BINARY, a, b), sign);
    }

    /** Replaces the bits on the stack by a lanewise operation with one integer. */
    private void bitsWith(String operator, ClassDesc operatorType, long operand) {
        code.getstatic(OPERATORS, operator, operatorType);
        if (bits == INTS) {
            code.loadConstant((int) operand);
            code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, BINARY, CD_int));
        } else {
            code.loadConstant(operand);
            code.invokevirtual(LONGS, "lanewise", MethodTypeDesc.of(LONGS, BINARY, CD_long));
        }
    }

    @Override
    public Slot signs(Slot a) {
        load(a);
        bitsWith("ASHR", BINARY, width() - 1);
        return store();
    }

    @Override
    public Slot pow2(Slot k) {
        load(add(k, constant(FloatBits.rounder(type))));
        toBits();
        boolean narrow = type == LaneType.F32;
        bitsWith("LSHL", BINARY, narrow ? 23 : 52);
        bitsWith("ADD", ASSOCIATIVE, narrow ? 0x3f800000L : 0x3ff0000000000000L);
        return fromBits();
    }

    @Override
    public Slot exponent(Slot a) {
        load(abs(a));
        toBits();
        boolean narrow = type == LaneType.F32;
        bitsWith("LSHR", BINARY, narrow ? 23 : 52);
        bitsWith("OR", ASSOCIATIVE, narrow ? FloatBits.F32_INTEGER : FloatBits.F64_INTEGER);
        return sub(fromBits(), constant(FloatBits.exponentBias(type)));
    }

    @Override
    public Slot significand(Slot a) {
        load(a);
        toBits();
        boolean narrow = type == LaneType.F32;
        bitsWith("AND", ASSOCIATIVE, narrow ? 0x007fffffL : 0x000fffffffffffffL);
        bitsWith("OR", ASSOCIATIVE, narrow ? 0x3f800000L : 0x3ff0000000000000L);
        return fromBits();
    }

    @Override
    public Slot call(Function function, List<Slot> args) {
        throw new IllegalStateException(function.name() + " has no vector form");
    }

    @Override
    public Slot advance(Slot a, Slot k) {
        load(a);
        toBits();
        load(add(k, constant(FloatBits.rounder(type))));
        toBits();
        load(constant(FloatBits.rounder(type)));
        toBits();
        code.invokevirtual(bits, "sub", MethodTypeDesc.of(bits, VECTOR));
        code.invokevirtual(bits, "add", MethodTypeDesc.of(bits, VECTOR));
        return fromBits();
    }

    @Override
    public Slot rare(Slot mask, Slot fast, Function function, List<Slot> args) {
        Label end = code.newLabel();
        int result = code.allocateLocal(TypeKind.REFERENCE);
        load(fast);
        code.astore(result);
        load(mask);
        code.invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(CD_boolean));
        code.branch(Opcode.IFEQ, end);
        fix(mask, fast, function, args);
        code.astore(result);
        code.labelBinding(end);
        return new Slot(result, false);
    }

    /** Pushes {@code fast} with the lanes of the mask replaced one by one. */
    private void fix(Slot mask, Slot fast, Function function, List<Slot> args) {
        ClassDesc element = ScalarEmitter.descOf(type);
        ClassDesc wide = type.isFloat() ? CD_double : CD_long;
        int[] xs = args.stream().mapToInt(x -> toArray(x, vector, element)).toArray();
        int rs = toArray(fast, vector, element);
        int ms = toArray(mask, MASK, CD_boolean);
        int i = code.allocateLocal(TypeKind.INT);
        Label top = code.newLabel();
        Label skip = code.newLabel();
        Label done = code.newLabel();
        code.iconst_0().istore(i).labelBinding(top);
        code.iload(i).aload(rs).arraylength().if_icmpge(done);
        code.aload(ms).iload(i).baload().ifeq(skip);
        code.aload(rs).iload(i);
        for (int x : xs) {
            code.aload(x).iload(i).arrayLoad(ScalarEmitter.kindOf(type));
            if (element == CD_float) {
                code.f2d();
            } else if (element == CD_int) {
                code.i2l();
            }
        }
        ClassDesc[] params = new ClassDesc[xs.length];
        Arrays.fill(params, wide);
        code.invokestatic(ClassDesc.of(function.owner().getName()), function.name(), MethodTypeDesc.of(wide, params));
        if (element == CD_float) {
            code.d2f();
        } else if (element == CD_int) {
            code.l2i();
        }
        code.arrayStore(ScalarEmitter.kindOf(type));
        code.labelBinding(skip).iinc(i, 1).goto_(top).labelBinding(done);
        code.getstatic(vector, PREFERRED, SPECIES).aload(rs).iconst_0();
        code.invokestatic(vector, "fromArray", MethodTypeDesc.of(vector, SPECIES, element.arrayType(), CD_int));
    }

    private int toArray(Slot s, ClassDesc owner, ClassDesc element) {
        load(s);
        code.invokevirtual(owner, "toArray", MethodTypeDesc.of(element.arrayType()));
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }

    /** Constants that the instructions above use by themselves. */
    static List<Number> implied(LaneType type) {
        return switch (type) {
            case F32, F64 ->
                List.of(
                        Constants.key(type, FloatBits.rounder(type)),
                        Constants.key(type, FloatBits.exponentBias(type)));
            case I32 -> List.of(0, 31, 32);
            case I64 -> List.of(0L, 63L, 64L);
        };
    }
}
