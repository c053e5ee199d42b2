package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.cresset.base.BFloat16;
import org.jspecify.annotations.Nullable;

/**
 * Appends the instructions that bring elements from memory and back, for each kind of {@link Row}. Segments and byte offsets
 * are locals.
 */
final class Rows {
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc ORDER = desc(ByteOrder.class);
    private static final ClassDesc LAYOUT = desc(ValueLayout.class);
    private static final ClassDesc BYTES = desc(ValueLayout.OfByte.class);
    private static final ClassDesc BRAINS = desc(BFloat16.class);
    private static final ClassDesc CASTS = desc(Casts.class);
    private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
    private static final ClassDesc CONVERSION = ClassDesc.of("jdk.incubator.vector.VectorOperators$Conversion");
    private static final ClassDesc BINARY = ClassDesc.of("jdk.incubator.vector.VectorOperators$Binary");
    private static final ClassDesc ASSOCIATIVE = ClassDesc.of("jdk.incubator.vector.VectorOperators$Associative");
    private static final ClassDesc SHAPE = ClassDesc.of("jdk.incubator.vector.VectorShape");
    private static final ClassDesc LONGS = VectorEmitter.vectorOf(LaneType.I64);
    private static final ClassDesc INTS = VectorEmitter.vectorOf(LaneType.I32);
    private static final ClassDesc FLOATS = VectorEmitter.vectorOf(LaneType.F32);
    private static final ClassDesc DOUBLES = VectorEmitter.vectorOf(LaneType.F64);
    private static final String PREFERRED = "SPECIES_PREFERRED";
    private static final String HALF_FLOATS = "HALF_FLOATS";
    private static final String HALF_INTS = "HALF_INTS";
    private static final long LOW = 0xffffffffL;

    private final CodeBuilder code;
    private final LaneType type;
    private final ClassDesc owner;

    /** For a method of {@code owner}, which has the fields of {@link #species} if its loop has narrow rows. */
    Rows(CodeBuilder code, LaneType type, ClassDesc owner) {
        this.code = code;
        this.type = type;
        this.owner = owner;
    }

    private static ClassDesc desc(Class<?> c) {
        return c.describeConstable().orElseThrow();
    }

    // ---- scalar ----

    /** Pushes offset {@code at}, and some bytes. */
    private void push(int at, long more) {
        code.lload(at);
        if (more > 0) {
            code.loadConstant(more).ladd();
        }
    }

    List<Slot> load(ScalarEmitter lanes, Row row, int segment, int at) {
        if (row == Row.SOON) {
            return List.of();
        }
        if (row == Row.FLAG) {
            code.aload(segment).getstatic(LAYOUT, "JAVA_BYTE", BYTES).lload(at);
            code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(ConstantDescs.CD_byte, BYTES, CD_long));
            lanes.fromFlag();
            return List.of(lanes.store());
        }
        if (row.isCast()) {
            loadCast(row, segment, at);
            return List.of(lanes.store());
        }
        Slot first = loadPart(lanes, row.part(type), segment, at, 0);
        if (!row.isPair()) {
            return List.of(first);
        }
        LaneType part = row.part(type);
        return List.of(first, loadPart(lanes, part, segment, at, part.dtype().size()));
    }

    private Slot loadPart(ScalarEmitter lanes, LaneType part, int segment, int at, long more) {
        code.aload(segment);
        LoopEmitter.pushLayout(code, part);
        push(at, more);
        MethodTypeDesc get = MethodTypeDesc.of(ScalarEmitter.descOf(part), LoopEmitter.layout(part), CD_long);
        code.invokeinterface(SEGMENT, "get", get);
        if (part != type) {
            code.f2d();
        }
        return lanes.store();
    }

    void store(ScalarEmitter lanes, Row row, int segment, int at, Iterator<Slot> results) {
        if (row == Row.FLAG) {
            Slot result = results.next();
            Slot flag = result.mask() ? result : lanes.ne(result, lanes.zero());
            code.aload(segment).getstatic(LAYOUT, "JAVA_BYTE", BYTES).lload(at);
            code.iload(flag.local()).i2b();
            code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, BYTES, CD_long, ConstantDescs.CD_byte));
            return;
        }
        if (row.isCast()) {
            storeCast(row, segment, at, results.next());
            return;
        }
        LaneType part = row.part(type);
        storePart(part, segment, at, 0, results.next());
        if (row.isPair()) {
            storePart(part, segment, at, part.dtype().size(), results.next());
        }
    }

    /** Pushes an element as a float. */
    private void loadCast(Row row, int segment, int at) {
        Memory m = Memory.of(row);
        code.aload(segment).getstatic(LAYOUT, m.constant, m.layout).lload(at);
        code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(m.java, m.layout, CD_long));
        switch (row) {
            case BRAIN -> code.invokestatic(BRAINS, "toFloat", MethodTypeDesc.of(CD_float, CD_short));
            case HALF -> code.invokestatic(CD_Float, "float16ToFloat", MethodTypeDesc.of(CD_float, CD_short));
            case BYTE -> code.loadConstant(0xff).iand().i2f();
            case INT -> code.i2f();
            default -> code.l2f();
        }
    }

    private void storeCast(Row row, int segment, int at, Slot value) {
        Memory m = Memory.of(row);
        code.aload(segment).getstatic(LAYOUT, m.constant, m.layout).lload(at);
        code.fload(value.local());
        switch (row) {
            case BRAIN -> code.invokestatic(BRAINS, "fromFloat", MethodTypeDesc.of(CD_short, CD_float));
            case HALF -> code.invokestatic(CD_Float, "floatToFloat16", MethodTypeDesc.of(CD_short, CD_float));
            case BYTE ->
                code.f2d()
                        .invokestatic(CASTS, "toInt", MethodTypeDesc.of(CD_int, CD_double))
                        .i2b();
            case INT -> code.f2d().invokestatic(CASTS, "toInt", MethodTypeDesc.of(CD_int, CD_double));
            default -> code.f2d().invokestatic(CASTS, "toLong", MethodTypeDesc.of(CD_long, CD_double));
        }
        code.invokeinterface(SEGMENT, "set", MethodTypeDesc.of(CD_void, m.layout, CD_long, m.java));
    }

    /** The layout of an element that isn't float32, and Java's type of it. */
    private record Memory(String constant, ClassDesc layout, ClassDesc java) {
        static Memory of(Row row) {
            return switch (row) {
                case BRAIN, HALF -> of("Short", CD_short);
                case INT -> of("Int", CD_int);
                case LONG -> of("Long", CD_long);
                default -> new Memory("JAVA_BYTE", BYTES, ConstantDescs.CD_byte);
            };
        }

        private static Memory of(String name, ClassDesc java) {
            ClassDesc layout = ClassDesc.of("java.lang.foreign.ValueLayout$Of" + name);
            return new Memory("JAVA_" + name.toUpperCase(Locale.ROOT) + "_UNALIGNED", layout, java);
        }
    }

    private void storePart(LaneType part, int segment, int at, long more, Slot value) {
        code.aload(segment);
        LoopEmitter.pushLayout(code, part);
        push(at, more);
        code.loadLocal(ScalarEmitter.kindOf(type), value.local());
        if (part != type) {
            code.d2f();
        }
        MethodTypeDesc set = MethodTypeDesc.of(CD_void, LoopEmitter.layout(part), CD_long, ScalarEmitter.descOf(part));
        code.invokeinterface(SEGMENT, "set", set);
    }

    // ---- vector ----

    /** Adds the constants that loops with narrow rows need: species of floats and ints of half the preferred width. */
    static void species(ClassBuilder c, ClassDesc owner) {
        int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL;
        c.withField(HALF_FLOATS, VectorEmitter.SPECIES, flags);
        c.withField(HALF_INTS, VectorEmitter.SPECIES, flags);
        c.withMethodBody(
                ConstantDescs.CLASS_INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_STATIC, code -> code.getstatic(
                                FLOATS, PREFERRED, VectorEmitter.SPECIES)
                        .getstatic(DOUBLES, PREFERRED, VectorEmitter.SPECIES)
                        .invokeinterface(VectorEmitter.SPECIES, "vectorBitSize", MethodTypeDesc.of(CD_int))
                        .iconst_1()
                        .ishr()
                        .invokestatic(SHAPE, "forBitSize", MethodTypeDesc.of(SHAPE, CD_int))
                        .invokeinterface(
                                VectorEmitter.SPECIES, "withShape", MethodTypeDesc.of(VectorEmitter.SPECIES, SHAPE))
                        .dup()
                        .putstatic(owner, HALF_FLOATS, VectorEmitter.SPECIES)
                        .invokeinterface(VectorEmitter.SPECIES, "vectorShape", MethodTypeDesc.of(SHAPE))
                        .astore(0)
                        .getstatic(INTS, PREFERRED, VectorEmitter.SPECIES)
                        .aload(0)
                        .invokeinterface(
                                VectorEmitter.SPECIES, "withShape", MethodTypeDesc.of(VectorEmitter.SPECIES, SHAPE))
                        .putstatic(owner, HALF_INTS, VectorEmitter.SPECIES)
                        .return_());
    }

    /** Some elements as vectors; {@code length} (a local) is how many lanes a vector has. */
    List<Slot> load(VectorEmitter lanes, Row row, int segment, int at, int length) {
        if (row == Row.SOON) {
            return List.of();
        }
        switch (row) {
            case PLAIN -> {
                vector(VectorEmitter.vectorOf(type), PREFERRED, null, segment, at);
                return List.of(lanes.store());
            }
            case NARROW -> {
                vector(FLOATS, HALF_FLOATS, owner, segment, at);
                widen();
                return List.of(lanes.store());
            }
            case FLAG -> {
                ClassDesc mask = VectorEmitter.MASK;
                code.getstatic(VectorEmitter.vectorOf(type), PREFERRED, VectorEmitter.SPECIES);
                code.iload(length).aload(segment).lload(at);
                code.invokestatic(desc(Flags.class), "get", MethodTypeDesc.of(CD_long, CD_int, SEGMENT, CD_long));
                code.invokestatic(mask, "fromLong", MethodTypeDesc.of(mask, VectorEmitter.SPECIES, CD_long));
                return List.of(lanes.number(lanes.storeMask()));
            }
            case PAIR -> {
                int a = longs(segment, at);
                int next = code.allocateLocal(TypeKind.LONG);
                code.lload(at).iload(length).i2l().loadConstant(2).lshl().ladd().lstore(next);
                int b = longs(segment, next);
                code.aload(a);
                bits("AND", ASSOCIATIVE, LOW);
                code.aload(b);
                bits("LSHL", BINARY, 32);
                Slot re = floatsOf(lanes);
                code.aload(a);
                bits("LSHR", BINARY, 32);
                code.aload(b);
                bits("AND", ASSOCIATIVE, ~LOW);
                return List.of(re, floatsOf(lanes));
            }
            case NARROW_PAIR -> {
                int pairs = longs(segment, at);
                code.aload(pairs);
                Slot re = halvesOf(lanes);
                code.aload(pairs);
                bits("LSHR", BINARY, 32);
                return List.of(re, halvesOf(lanes));
            }
            default -> {}
        }
        throw new IllegalArgumentException(row.toString());
    }

    void store(VectorEmitter lanes, Row row, int segment, int at, int length, Iterator<Slot> results) {
        switch (row) {
            case PLAIN -> {
                code.aload(results.next().local());
                into(VectorEmitter.vectorOf(type), segment, at);
            }
            case NARROW -> {
                code.aload(results.next().local());
                narrow();
                into(FLOATS, segment, at);
            }
            case FLAG -> {
                Slot result = results.next();
                code.aload((result.mask() ? result : lanes.ne(result, lanes.zero())).local());
                code.invokevirtual(VectorEmitter.MASK, "toLong", MethodTypeDesc.of(CD_long));
                code.iload(length).aload(segment).lload(at);
                code.invokestatic(
                        desc(Flags.class), "put", MethodTypeDesc.of(CD_void, CD_long, CD_int, SEGMENT, CD_long));
            }
            case PAIR -> {
                int re = bitsOf(results.next());
                int im = bitsOf(results.next());
                code.aload(re);
                bits("AND", ASSOCIATIVE, LOW);
                code.aload(im);
                bits("LSHL", BINARY, 32);
                or();
                into(LONGS, segment, at);
                int next = code.allocateLocal(TypeKind.LONG);
                code.lload(at).iload(length).i2l().loadConstant(2).lshl().ladd().lstore(next);
                code.aload(re);
                bits("LSHR", BINARY, 32);
                code.aload(im);
                bits("AND", ASSOCIATIVE, ~LOW);
                or();
                into(LONGS, segment, next);
            }
            case NARROW_PAIR -> {
                code.aload(results.next().local());
                narrowBits();
                bits("AND", ASSOCIATIVE, LOW);
                code.aload(results.next().local());
                narrowBits();
                bits("LSHL", BINARY, 32);
                or();
                into(LONGS, segment, at);
            }
            default -> throw new IllegalArgumentException(row.toString());
        }
    }

    private void order() {
        code.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    private void vector(ClassDesc vector, String species, @Nullable ClassDesc in, int segment, int at) {
        code.getstatic(in == null ? vector : in, species, VectorEmitter.SPECIES);
        code.aload(segment).lload(at);
        order();
        code.invokestatic(
                vector, "fromMemorySegment", MethodTypeDesc.of(vector, VectorEmitter.SPECIES, SEGMENT, CD_long, ORDER));
    }

    private void into(ClassDesc vector, int segment, int at) {
        code.aload(segment).lload(at);
        order();
        code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }

    private int longs(int segment, int at) {
        vector(LONGS, PREFERRED, null, segment, at);
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }

    /** The vector on the stack as longs, in a local. */
    private int bitsOf(Slot s) {
        code.aload(s.local());
        code.invokevirtual(FLOATS, "reinterpretAsLongs", MethodTypeDesc.of(LONGS));
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }

    private void bits(String operator, ClassDesc operatorType, long operand) {
        code.getstatic(OPERATORS, operator, operatorType).loadConstant(operand);
        code.invokevirtual(LONGS, "lanewise", MethodTypeDesc.of(LONGS, BINARY, CD_long));
    }

    private void or() {
        code.invokevirtual(LONGS, "or", MethodTypeDesc.of(LONGS, VectorEmitter.VECTOR));
    }

    /** The two vectors of longs on the stack together, as floats. */
    private Slot floatsOf(VectorEmitter lanes) {
        or();
        code.invokevirtual(LONGS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
        return lanes.store();
    }

    /** The lower halves of the longs on the stack, which are floats, as doubles. */
    private Slot halvesOf(VectorEmitter lanes) {
        convert("L2I", owner, HALF_INTS, INTS);
        VectorEmitter.numbersOf(code, INTS, FLOATS);
        widen();
        return lanes.store();
    }

    /** The doubles on the stack as floats in the lower halves of longs. */
    private void narrowBits() {
        narrow();
        VectorEmitter.bitsOf(code, FLOATS, INTS);
        convert("I2L", LONGS, PREFERRED, LONGS);
    }

    private void widen() {
        convert("F2D", DOUBLES, PREFERRED, DOUBLES);
    }

    private void narrow() {
        convert("D2F", owner, HALF_FLOATS, FLOATS);
    }

    private void convert(String conversion, ClassDesc speciesOwner, String species, ClassDesc to) {
        code.getstatic(OPERATORS, conversion, CONVERSION)
                .getstatic(speciesOwner, species, VectorEmitter.SPECIES)
                .iconst_0()
                .invokevirtual(
                        VectorEmitter.VECTOR,
                        "convertShape",
                        MethodTypeDesc.of(VectorEmitter.VECTOR, CONVERSION, VectorEmitter.SPECIES, CD_int))
                .checkcast(to);
    }
}
