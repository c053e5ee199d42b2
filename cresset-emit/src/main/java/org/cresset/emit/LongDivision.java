package org.cresset.emit;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/**
 * Quotients of int64, rounded towards zero, in vectors: processors divide doubles only. Numbers of less than 52 bits are doubles,
 * and so exact that a quotient isn't rounded up to an integer: it is less than that by one part of the dividend at least. The few
 * others are divided one by one.
 */
final class LongDivision {
    private static final ClassDesc DOUBLES = VectorEmitter.vectorOf(LaneType.F64);
    private static final ClassDesc LONGS = VectorEmitter.vectorOf(LaneType.I64);
    private static final ClassDesc BINARY = ClassDesc.of("jdk.incubator.vector.VectorOperators$Binary");
    private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
    static final Lanes.Function ONE_BY_ONE = new Lanes.Function(Special.class, "quotient");

    /** Half of the numbers whose doubles, with {@link #ROUNDER} added, have them as their last bits. */
    static final long NEAR = 1L << 51;

    private static final double ROUNDER = 0x1.8p52;
    static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

    private final CodeBuilder code;
    private final VectorEmitter lanes;

    LongDivision(CodeBuilder code, VectorEmitter lanes) {
        this.code = code;
        this.lanes = lanes;
    }

    /** {@code a / b}; 0 where b is 0. */
    Slot quotient(Slot a, Slot b) {
        Slot zero = lanes.constant(0L);
        Slot bits = lanes.or(plus(a, NEAR), plus(b, NEAR));
        Slot far = lanes.not(lanes.eq(shift(bits, "LSHR", 52), zero));
        Slot q = with("div", magnitude(a), magnitude(b));
        Slot nearest = plus(plus(q, ROUNDER), -ROUNDER);
        Slot whole = roundedDown(nearest, q);
        lanes.load(plus(whole, ROUNDER));
        VectorEmitter.bitsOf(code, DOUBLES, LONGS);
        Slot size = plus(lanes.store(), -ROUNDER_BITS);
        Slot sign = shift(lanes.xor(a, b), "ASHR", 63);
        Slot y = lanes.sub(lanes.xor(size, sign), sign);
        return lanes.rare(far, lanes.select(lanes.eq(b, zero), zero, y), ONE_BY_ONE, List.of(a, b));
    }

    private Slot magnitude(Slot x) {
        lanes.load(plus(x, ROUNDER_BITS));
        VectorEmitter.numbersOf(code, LONGS, DOUBLES);
        lanes.load(plus(lanes.store(), -ROUNDER));
        code.invokevirtual(DOUBLES, "abs", MethodTypeDesc.of(DOUBLES));
        return lanes.store();
    }

    /** One less where the nearest integer is more than q. */
    private Slot roundedDown(Slot nearest, Slot q) {
        ClassDesc comparison = ClassDesc.of("jdk.incubator.vector.VectorOperators$Comparison");
        Slot less = plus(nearest, -1.0);
        lanes.load(nearest).load(less).load(nearest);
        code.getstatic(OPERATORS, "GT", comparison);
        lanes.load(q);
        code.invokevirtual(DOUBLES, "compare", MethodTypeDesc.of(VectorEmitter.MASK, comparison, VectorEmitter.VECTOR));
        code.invokevirtual(DOUBLES, "blend", MethodTypeDesc.of(DOUBLES, VectorEmitter.VECTOR, VectorEmitter.MASK));
        return lanes.store();
    }

    private Slot with(String name, Slot a, Slot b) {
        lanes.load(a).load(b);
        code.invokevirtual(DOUBLES, name, MethodTypeDesc.of(DOUBLES, VectorEmitter.VECTOR));
        return lanes.store();
    }

    private Slot plus(Slot x, double c) {
        lanes.load(x);
        code.loadConstant(c).invokevirtual(DOUBLES, "add", MethodTypeDesc.of(DOUBLES, CD_double));
        return lanes.store();
    }

    private Slot plus(Slot x, long c) {
        lanes.load(x);
        code.loadConstant(c).invokevirtual(LONGS, "add", MethodTypeDesc.of(LONGS, CD_long));
        return lanes.store();
    }

    private Slot shift(Slot x, String operator, long by) {
        lanes.load(x);
        code.getstatic(OPERATORS, operator, BINARY).loadConstant(by);
        code.invokevirtual(LONGS, "lanewise", MethodTypeDesc.of(LONGS, BINARY, CD_long));
        return lanes.store();
    }
}
