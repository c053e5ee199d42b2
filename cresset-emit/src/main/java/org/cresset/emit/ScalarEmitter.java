package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Appends plain Java arithmetic on one element to a method. */
final class ScalarEmitter implements Lanes<Slot> {
    private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
    private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
    private static final ClassDesc DOUBLE = ClassDesc.of("java.lang.Double");

    private final CodeBuilder code;
    private final LaneType type;
    private final TypeKind kind;
    private final ClassDesc desc;
    private final boolean narrow;

    ScalarEmitter(CodeBuilder code, LaneType type) {
        this(code, type, false);
    }

    ScalarEmitter(CodeBuilder code, LaneType type, boolean narrow) {
        this.code = code;
        this.type = type;
        this.narrow = narrow;
        this.kind = kindOf(type);
        this.desc = descOf(type);
    }

    static TypeKind kindOf(LaneType type) {
        return switch (type) {
            case F32 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case I32 -> TypeKind.INT;
            case I64 -> TypeKind.LONG;
        };
    }

    static ClassDesc descOf(LaneType type) {
        return switch (type) {
            case F32 -> CD_float;
            case F64 -> CD_double;
            case I32 -> CD_int;
            case I64 -> CD_long;
        };
    }

    /** Turns the byte on the stack into the number 1, or 0 if it is that. */
    void fromFlag() {
        Label zero = code.newLabel();
        code.dup().ifeq(zero).pop().iconst_1().labelBinding(zero);
        switch (type) {
            case F32 -> code.i2f();
            case F64 -> code.i2d();
            case I64 -> code.i2l();
            case I32 -> {}
        }
    }

    /** Pops the value on the stack into a new local variable. */
    Slot store() {
        int local = code.allocateLocal(kind);
        code.storeLocal(kind, local);
        return new Slot(local, false);
    }

    private Slot storeMask() {
        int local = code.allocateLocal(TypeKind.INT);
        code.istore(local);
        return new Slot(local, true);
    }

    private ScalarEmitter load(Slot s) {
        code.loadLocal(s.mask() ? TypeKind.INT : kind, s.local());
        return this;
    }

    private Slot arithmetic(Slot a, Slot b, Opcode f, Opcode d, Opcode i, Opcode l) {
        load(a).load(b);
        code.with(OperatorInstruction.of(pick(f, d, i, l)));
        return store();
    }

    private Opcode pick(Opcode f, Opcode d, Opcode i, Opcode l) {
        return switch (type) {
            case F32 -> f;
            case F64 -> d;
            case I32 -> i;
            case I64 -> l;
        };
    }

    private Slot math(String name, Slot... args) {
        for (Slot a : args) {
            load(a);
        }
        ClassDesc[] params = new ClassDesc[args.length];
        Arrays.fill(params, desc);
        code.invokestatic(MATH, name, MethodTypeDesc.of(desc, params));
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
        return constant(Constants.key(type, c));
    }

    @Override
    public Slot constant(long c) {
        return constant(Constants.key(type, c));
    }

    private Slot constant(Number c) {
        switch (type) {
            case F32 -> code.loadConstant(c.floatValue());
            case F64 -> code.loadConstant(c.doubleValue());
            case I32 -> code.loadConstant(c.intValue());
            case I64 -> code.loadConstant(c.longValue());
        }
        return store();
    }

    @Override
    public Slot add(Slot a, Slot b) {
        return arithmetic(a, b, Opcode.FADD, Opcode.DADD, Opcode.IADD, Opcode.LADD);
    }

    @Override
    public Slot sub(Slot a, Slot b) {
        return arithmetic(a, b, Opcode.FSUB, Opcode.DSUB, Opcode.ISUB, Opcode.LSUB);
    }

    @Override
    public Slot mul(Slot a, Slot b) {
        return arithmetic(a, b, Opcode.FMUL, Opcode.DMUL, Opcode.IMUL, Opcode.LMUL);
    }

    @Override
    public Slot div(Slot a, Slot b) {
        if (type.isFloat()) {
            return arithmetic(a, b, Opcode.FDIV, Opcode.DDIV, Opcode.IDIV, Opcode.LDIV);
        }
        return branch(
                c -> {
                    load(b);
                    if (type == LaneType.I64) {
                        c.lconst_0().lcmp();
                    }
                },
                Opcode.IFEQ,
                c -> {
                    load(a).load(b);
                    code.with(OperatorInstruction.of(pick(Opcode.FDIV, Opcode.DDIV, Opcode.IDIV, Opcode.LDIV)));
                },
                c -> {
                    if (type == LaneType.I64) {
                        c.lconst_0();
                    } else {
                        c.iconst_0();
                    }
                },
                this::store);
    }

    /** {@code taken} if the jump on what {@code condition} pushes is taken, else {@code fallThrough}; both push one value. */
    private Slot branch(
            Consumer<CodeBuilder> condition,
            Opcode jump,
            Consumer<CodeBuilder> fallThrough,
            Consumer<CodeBuilder> taken,
            Supplier<Slot> store) {
        Label other = code.newLabel();
        Label end = code.newLabel();
        condition.accept(code);
        code.branch(jump, other);
        fallThrough.accept(code);
        code.goto_(end);
        code.labelBinding(other);
        taken.accept(code);
        code.labelBinding(end);
        return store.get();
    }

    @Override
    public Slot fma(Slot a, Slot b, Slot c) {
        return math("fma", a, b, c);
    }

    @Override
    public Slot neg(Slot a) {
        load(a);
        code.with(OperatorInstruction.of(pick(Opcode.FNEG, Opcode.DNEG, Opcode.INEG, Opcode.LNEG)));
        return store();
    }

    @Override
    public Slot abs(Slot a) {
        return math("abs", a);
    }

    @Override
    public Slot min(Slot a, Slot b) {
        return math("min", a, b);
    }

    @Override
    public Slot max(Slot a, Slot b) {
        return math("max", a, b);
    }

    @Override
    public Slot sqrt(Slot a) {
        load(a);
        if (type == LaneType.F32) {
            code.f2d();
        }
        code.invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
        if (type == LaneType.F32) {
            code.d2f();
        }
        return store();
    }

    private Slot compare(Slot a, Slot b, boolean nanIsGreater, Opcode ifTrue, Opcode ifTrueInt) {
        Consumer<CodeBuilder> condition = c -> {
            load(a).load(b);
            switch (type) {
                case F32 -> {
                    if (nanIsGreater) {
                        c.fcmpg();
                    } else {
                        c.fcmpl();
                    }
                }
                case F64 -> {
                    if (nanIsGreater) {
                        c.dcmpg();
                    } else {
                        c.dcmpl();
                    }
                }
                case I64 -> c.lcmp();
                case I32 -> {}
            }
        };
        Opcode jump = type == LaneType.I32 ? ifTrueInt : ifTrue;
        return branch(condition, jump, CodeBuilder::iconst_0, CodeBuilder::iconst_1, this::storeMask);
    }

    @Override
    public Slot lt(Slot a, Slot b) {
        return compare(a, b, true, Opcode.IFLT, Opcode.IF_ICMPLT);
    }

    @Override
    public Slot le(Slot a, Slot b) {
        return compare(a, b, true, Opcode.IFLE, Opcode.IF_ICMPLE);
    }

    @Override
    public Slot eq(Slot a, Slot b) {
        return compare(a, b, true, Opcode.IFEQ, Opcode.IF_ICMPEQ);
    }

    @Override
    public Slot both(Slot m, Slot n) {
        load(m).load(n);
        code.iand();
        return storeMask();
    }

    @Override
    public Slot either(Slot m, Slot n) {
        load(m).load(n);
        code.ior();
        return storeMask();
    }

    @Override
    public Slot not(Slot m) {
        load(m);
        code.iconst_1().ixor();
        return storeMask();
    }

    @Override
    public Slot select(Slot mask, Slot a, Slot b) {
        return branch(c -> load(mask), Opcode.IFNE, c -> load(b), c -> load(a), this::store);
    }

    @Override
    public Slot choose(Slot mask, Supplier<Slot> yes, Supplier<Slot> no) {
        Label other = code.newLabel();
        Label end = code.newLabel();
        int result = code.allocateLocal(kind);
        load(mask);
        code.ifeq(other);
        load(yes.get());
        code.storeLocal(kind, result).goto_(end).labelBinding(other);
        load(no.get());
        code.storeLocal(kind, result).labelBinding(end);
        return new Slot(result, false);
    }

    private Slot bitwise(Slot a, Slot b, Opcode i, Opcode l) {
        bits(a);
        bits(b);
        boolean narrow = type == LaneType.F32 || type == LaneType.I32;
        code.with(OperatorInstruction.of(narrow ? i : l));
        return fromBits();
    }

    private void bits(Slot a) {
        load(a);
        switch (type) {
            case F32 -> code.invokestatic(FLOAT, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
            case F64 -> code.invokestatic(DOUBLE, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
            default -> {}
        }
    }

    private Slot fromBits() {
        switch (type) {
            case F32 -> code.invokestatic(FLOAT, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
            case F64 -> code.invokestatic(DOUBLE, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
            default -> {}
        }
        return store();
    }

    @Override
    public Slot and(Slot a, Slot b) {
        return a.mask() ? both(a, b) : bitwise(a, b, Opcode.IAND, Opcode.LAND);
    }

    @Override
    public Slot or(Slot a, Slot b) {
        return a.mask() ? either(a, b) : bitwise(a, b, Opcode.IOR, Opcode.LOR);
    }

    @Override
    public Slot xor(Slot a, Slot b) {
        return bitwise(a, b, Opcode.IXOR, Opcode.LXOR);
    }

    @Override
    public Slot shl(Slot a, Slot b) {
        return select(inWidth(b), shift(a, b, Opcode.ISHL, Opcode.LSHL), constant(0L));
    }

    @Override
    public Slot shr(Slot a, Slot b) {
        return select(inWidth(b), shift(a, b, Opcode.ISHR, Opcode.LSHR), signs(a));
    }

    @Override
    public Slot signs(Slot a) {
        return shift(a, constant(width() - 1L), Opcode.ISHR, Opcode.LSHR);
    }

    private int width() {
        return type == LaneType.I32 ? 32 : 64;
    }

    private Slot inWidth(Slot b) {
        return both(lt(b, constant((long) width())), le(constant(0L), b));
    }

    private Slot shift(Slot a, Slot b, Opcode i, Opcode l) {
        load(a).load(b);
        if (type == LaneType.I64) {
            code.l2i();
        }
        code.with(OperatorInstruction.of(type == LaneType.I32 ? i : l));
        return store();
    }

    @Override
    public Slot pow2(Slot k) {
        Slot shifted = add(k, constant(FloatBits.rounder(type)));
        bits(shifted);
        if (type == LaneType.F32) {
            code.loadConstant(23).ishl().loadConstant(0x3f800000).iadd();
        } else {
            code.loadConstant(52).lshl().loadConstant(0x3ff0000000000000L).ladd();
        }
        return fromBits();
    }

    @Override
    public Slot exponent(Slot a) {
        bits(abs(a));
        if (type == LaneType.F32) {
            code.loadConstant(23).iushr().loadConstant(FloatBits.F32_INTEGER).ior();
        } else {
            code.loadConstant(52).lushr().loadConstant(FloatBits.F64_INTEGER).lor();
        }
        return sub(fromBits(), constant(FloatBits.exponentBias(type)));
    }

    @Override
    public Slot significand(Slot a) {
        bits(a);
        if (type == LaneType.F32) {
            code.loadConstant(0x007fffff).iand().loadConstant(0x3f800000).ior();
        } else {
            code.loadConstant(0x000fffffffffffffL)
                    .land()
                    .loadConstant(0x3ff0000000000000L)
                    .lor();
        }
        return fromBits();
    }

    @Override
    public Slot advance(Slot a, Slot k) {
        bits(a);
        bits(add(k, constant(FloatBits.rounder(type))));
        bits(constant(FloatBits.rounder(type)));
        if (type == LaneType.F32) {
            code.isub().iadd();
        } else {
            code.lsub().ladd();
        }
        return fromBits();
    }

    @Override
    public Slot call(Function function, List<Slot> args) {
        push(function, args.toArray(new Slot[0]));
        return store();
    }

    private void push(Function function, Slot... args) {
        ClassDesc wide = type.isFloat() ? CD_double : CD_long;
        ClassDesc[] params = new ClassDesc[args.length];
        Arrays.fill(params, wide);
        for (Slot a : args) {
            load(a);
            if (type == LaneType.F32) {
                code.f2d();
            } else if (type == LaneType.I32) {
                code.i2l();
            }
        }
        code.invokestatic(ClassDesc.of(function.owner().getName()), function.name(), MethodTypeDesc.of(wide, params));
        if (type == LaneType.F32) {
            code.d2f();
        } else if (type == LaneType.I32) {
            code.l2i();
        }
    }

    @Override
    public Slot rare(Slot mask, Slot fast, Function function, List<Slot> args) {
        Slot[] x = args.toArray(new Slot[0]);
        return branch(c -> load(mask), Opcode.IFNE, c -> load(fast), c -> push(function, x), this::store);
    }
}
