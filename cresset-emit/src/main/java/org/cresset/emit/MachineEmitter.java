package org.cresset.emit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.cresset.emit.MachineInstruction.Form;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as a list of instructions of x86-64 on vectors of 256 or 512 bits. Values are numbers of virtual registers, of which
 * {@link MachineRegisters} makes real ones; masks are vectors whose lanes have all bits set or none.
 */
final class MachineEmitter implements Lanes<Integer> {
    /** A body without a form in this machine's code. */
    static final class Unsupported extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unsupported(String what) {
            super(what, null, false, false);
        }
    }

    /** Operations whose operands may change places: constants go where they may come from memory. */
    private static final Set<Integer> COMMUTATIVE =
            Set.of(0x58, 0x59, 0x54, 0x56, 0x57, 0xfe, 0xd4, 0xf4, 0x40, 0x39, 0x3d, 0x76, 0x29);

    /** Numbers of stores: what part of a register. */
    static final int WHOLE = 0;

    static final int HALF = 1;

    /** The register as float16. */
    static final int HALF_PRECISION = 2;

    /** The lowest bits of each lane, of vectors of 512 bits. */
    static final int NARROWED = 3;

    /** The whole register, of loads, too, where an operand takes two: the second. */
    static final int SECOND = 4;

    /** Ways to round, without a word about what is lost. */
    private static final int NEAREST = 8;

    private static final int DOWN = 9;
    private static final int UP = 10;
    static final int TRUNCATE = 11;

    static final int LESS = 17;
    private static final int LESS_OR_EQUAL = 18;
    private static final int EQUAL = 0;
    static final int UNORDERED = 3;

    /** Instructions of a way from which on it is left out where no lane goes it. */
    private static final int WORTH_LEAVING_OUT = 8;

    private final LaneType type;
    private final int vectorBytes;
    private final boolean narrow;
    private final boolean wideLanes;
    private final List<MachineInstruction> instructions = new ArrayList<>();
    private final Map<Long, Integer> pool;
    private final Map<Long, Integer> values = new HashMap<>();
    private final BitSet masks = new BitSet();
    private final BitSet constant = new BitSet();
    private int count;
    private int vector;
    private boolean exits;
    private boolean chooses;
    private @Nullable Integer active;

    /**
     * For a body.
     *
     * @param vectorBytes bytes of a vector
     * @param pool bit patterns of constants with their numbers, to which those of the body are added
     */
    MachineEmitter(LaneType type, int vectorBytes, boolean narrow, Map<Long, Integer> pool) {
        this.pool = pool;
        this.vectorBytes = vectorBytes;
        this.type = type;
        this.narrow = narrow;
        this.wideLanes = type.dtype().size() == 8;
    }

    List<MachineInstruction> instructions() {
        return instructions;
    }

    /** Where the constants of this body are, by value. */
    Map<Integer, X86.Place> constants() {
        Map<Integer, X86.Place> all = new HashMap<>();
        values.forEach((pattern, v) -> all.put(v, new X86.Constant(Objects.requireNonNull(pool.get(pattern)))));
        return all;
    }

    /** How many values there are. */
    int values() {
        return count;
    }

    int vectorBytes() {
        return vectorBytes;
    }

    boolean isMask(int v) {
        return masks.get(v);
    }

    /** A new value. */
    int value() {
        return count++;
    }

    int append(Form form, int map, int opcode, boolean p66, boolean wide, int a, int b, int third, int number) {
        int result = value();
        boolean turned = form == Form.PLAIN && turned(opcode, a, b);
        int first = turned ? b : a;
        int second = turned ? a : b;
        instructions.add(
                new MachineInstruction(form, map, opcode, p66, wide, result, first, second, third, number, -1, 0));
        return result;
    }

    private int mask(int v) {
        masks.set(v);
        return v;
    }

    private boolean turned(int opcode, int a, int b) {
        return COMMUTATIVE.contains(opcode) && isConstant(a) && !isConstant(b);
    }

    private boolean isConstant(int v) {
        return constant.get(v);
    }

    /** An operation that has one opcode for floats and, with a prefix, for doubles. */
    private int floating(int opcode, int a, int b) {
        return append(Form.PLAIN, X86.MAP_0F, opcode, type == LaneType.F64, false, a, b, -1, 0);
    }

    /** An operation on doubles, in lanes of 64 bits. */
    int doubles(int opcode, int a, int b) {
        return append(Form.PLAIN, X86.MAP_0F, opcode, true, false, a, b, -1, 0);
    }

    /** Where one double is less than another. */
    int less(int a, int b) {
        return mask(append(Form.NUMBERED, X86.MAP_0F, 0xc2, true, false, a, b, -1, LESS));
    }

    /** An operation on integers. */
    int integral(int map, int opcode, boolean wide, int a, int b) {
        return append(Form.PLAIN, map, opcode, true, wide, a, b, -1, 0);
    }

    /** An operation on bits; its constants are of the lanes' width. */
    int bitwise(int opcode, int a, int b) {
        return append(Form.PLAIN, X86.MAP_0F, opcode, wideLanes, false, a, b, -1, 0);
    }

    int shift(int opcode, int extension, int a, int by) {
        return append(Form.SHIFT, X86.MAP_0F, opcode, true, false, a, -1, extension, by);
    }

    /** Logical shifts of lanes by a number. */
    int left(int a, int by) {
        return shift(wideLanes ? 0x73 : 0x72, 6, a, by);
    }

    int right(int a, int by) {
        return shift(wideLanes ? 0x73 : 0x72, 2, a, by);
    }

    int addBits(int a, int b) {
        return integral(X86.MAP_0F, wideLanes ? 0xd4 : 0xfe, false, a, b);
    }

    int subBits(int a, int b) {
        return integral(X86.MAP_0F, wideLanes ? 0xfb : 0xfa, false, a, b);
    }

    private int greater(int a, int b) {
        return mask(wideLanes ? integral(X86.MAP_0F38, 0x37, false, a, b) : integral(X86.MAP_0F, 0x66, false, a, b));
    }

    int blend(int mask, int a, int b) {
        return append(Form.BLEND, X86.MAP_0F3A, 0x4a, true, false, b, a, mask, 0);
    }

    int compare(int predicate, int a, int b) {
        return mask(append(Form.NUMBERED, X86.MAP_0F, 0xc2, type == LaneType.F64, false, a, b, -1, predicate));
    }

    /** A constant of one bit pattern in each lane. */
    int bits(long pattern) {
        long lane = wideLanes ? pattern : pattern & 0xffffffffL;
        pool.putIfAbsent(lane, pool.size());
        int v = values.computeIfAbsent(lane, p -> value());
        constant.set(v);
        return v;
    }

    private int ones() {
        return bits(-1);
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
    public Integer constant(double c) {
        return number(Constants.key(type, c));
    }

    @Override
    public Integer constant(long c) {
        return number(Constants.key(type, c));
    }

    private int number(Number c) {
        return bits(
                switch (type) {
                    case F32 -> Float.floatToRawIntBits(c.floatValue());
                    case F64 -> Double.doubleToRawLongBits(c.doubleValue());
                    case I32, I64 -> c.longValue();
                });
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return type.isFloat() ? floating(0x58, a, b) : addBits(a, b);
    }

    @Override
    public Integer sub(Integer a, Integer b) {
        return type.isFloat() ? floating(0x5c, a, b) : subBits(a, b);
    }

    @Override
    public Integer mul(Integer a, Integer b) {
        return switch (type) {
            case F32, F64 -> floating(0x59, a, b);
            case I32 -> integral(X86.MAP_0F38, 0x40, false, a, b);
            case I64 -> {
                int upper = addBits(halves(right(a, 32), b), halves(right(b, 32), a));
                yield addBits(halves(a, b), left(upper, 32));
            }
        };
    }

    /** Products of the lower halves of lanes of 64 bits. */
    private int halves(int a, int b) {
        return integral(X86.MAP_0F, 0xf4, false, a, b);
    }

    @Override
    public Integer div(Integer a, Integer b) {
        return switch (type) {
            case F32, F64 -> floating(0x5e, a, b);
            case I64 -> new MachineDivision(this).quotient(a, b);
            case I32 -> throw new Unsupported("division of int32");
        };
    }

    @Override
    public Integer fma(Integer a, Integer b, Integer c) {
        if (!type.isFloat()) {
            throw new Unsupported("fma of integers");
        }
        return append(Form.FMA, X86.MAP_0F38, 0, true, type == LaneType.F64, a, b, c, 0);
    }

    private int sign() {
        return bits(wideLanes ? Long.MIN_VALUE : Integer.MIN_VALUE);
    }

    @Override
    public Integer neg(Integer a) {
        return type.isFloat() ? bitwise(0x57, a, sign()) : subBits(bits(0), a);
    }

    @Override
    public Integer abs(Integer a) {
        return switch (type) {
            case F32, F64 -> bitwise(0x54, a, bits(wideLanes ? Long.MAX_VALUE : Integer.MAX_VALUE));
            case I32 -> append(Form.UNARY, X86.MAP_0F38, 0x1e, true, false, -1, a, -1, 0);
            case I64 -> {
                int s = signs(a);
                yield subBits(bitwise(0x57, a, s), s);
            }
        };
    }

    /**
     * The processor's own is the second operand's where they are both zero or one is NaN. Of both orders, bits or-ed together
     * give -0 and NaN.
     */
    @Override
    public Integer min(Integer a, Integer b) {
        return switch (type) {
            case F32, F64 -> bitwise(0x56, floating(0x5d, a, b), floating(0x5d, b, a));
            case I32 -> integral(X86.MAP_0F38, 0x39, false, a, b);
            case I64 -> blend(greater(a, b), b, a);
        };
    }

    /** Of both orders, bits and-ed together give +0; a sum gives NaN. */
    @Override
    public Integer max(Integer a, Integer b) {
        return switch (type) {
            case F32, F64 -> {
                int larger = bitwise(0x54, floating(0x5f, a, b), floating(0x5f, b, a));
                yield blend(compare(UNORDERED, a, b), floating(0x58, a, b), larger);
            }
            case I32 -> integral(X86.MAP_0F38, 0x3d, false, a, b);
            case I64 -> blend(greater(a, b), a, b);
        };
    }

    @Override
    public Integer sqrt(Integer a) {
        return append(Form.UNARY, X86.MAP_0F, 0x51, type == LaneType.F64, false, -1, a, -1, 0);
    }

    /** Floats without what is behind the point. */
    int rounded(int a, int way) {
        return append(Form.NUMBERED_UNARY, X86.MAP_0F3A, wideLanes ? 0x09 : 0x08, true, false, -1, a, -1, way);
    }

    @Override
    public Integer rint(Integer a) {
        return type.isFloat() ? rounded(a, NEAREST) : a;
    }

    @Override
    public Integer floor(Integer a) {
        return type.isFloat() ? rounded(a, DOWN) : a;
    }

    @Override
    public Integer ceil(Integer a) {
        return type.isFloat() ? rounded(a, UP) : a;
    }

    @Override
    public Integer trunc(Integer a) {
        return type.isFloat() ? rounded(a, TRUNCATE) : a;
    }

    @Override
    public Integer lt(Integer a, Integer b) {
        return type.isFloat() ? compare(LESS, a, b) : greater(b, a);
    }

    @Override
    public Integer le(Integer a, Integer b) {
        return type.isFloat() ? compare(LESS_OR_EQUAL, a, b) : not(greater(a, b));
    }

    @Override
    public Integer eq(Integer a, Integer b) {
        if (type.isFloat()) {
            return compare(EQUAL, a, b);
        }
        return mask(wideLanes ? integral(X86.MAP_0F38, 0x29, false, a, b) : integral(X86.MAP_0F, 0x76, false, a, b));
    }

    @Override
    public Integer both(Integer m, Integer n) {
        return mask(bitwise(0x54, m, n));
    }

    @Override
    public Integer either(Integer m, Integer n) {
        return mask(bitwise(0x56, m, n));
    }

    @Override
    public Integer not(Integer m) {
        return mask(bitwise(0x57, m, ones()));
    }

    @Override
    public Integer select(Integer mask, Integer a, Integer b) {
        return blend(mask, a, b);
    }

    @Override
    public Integer and(Integer a, Integer b) {
        int r = bitwise(0x54, a, b);
        return isMask(a) ? mask(r) : r;
    }

    @Override
    public Integer or(Integer a, Integer b) {
        int r = bitwise(0x56, a, b);
        return isMask(a) ? mask(r) : r;
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        return bitwise(0x57, a, b);
    }

    /** Counts of the width and more, and negative ones, which the processor takes for large, give 0. */
    @Override
    public Integer shl(Integer a, Integer b) {
        return integral(X86.MAP_0F38, 0x47, wideLanes, a, b);
    }

    @Override
    public Integer shr(Integer a, Integer b) {
        if (!wideLanes) {
            return integral(X86.MAP_0F38, 0x46, false, a, b);
        }
        int s = signs(a);
        return bitwise(0x57, integral(X86.MAP_0F38, 0x45, true, bitwise(0x57, a, s), b), s);
    }

    @Override
    public Integer signs(Integer a) {
        if (!wideLanes) {
            return shift(0x72, 4, a, 31);
        }
        int s = greater(bits(0), a);
        masks.clear(s);
        return s;
    }

    private int significandBits() {
        return wideLanes ? 52 : 23;
    }

    private int oneBits() {
        return bits(wideLanes ? 0x3ff0000000000000L : 0x3f800000);
    }

    @Override
    public Integer pow2(Integer k) {
        int shifted = add(k, constant(FloatBits.rounder(type)));
        return addBits(left(shifted, significandBits()), oneBits());
    }

    @Override
    public Integer exponent(Integer a) {
        int field = right(abs(a), significandBits());
        int integer = bits(wideLanes ? FloatBits.F64_INTEGER : FloatBits.F32_INTEGER);
        return sub(bitwise(0x56, field, integer), constant(FloatBits.exponentBias(type)));
    }

    @Override
    public Integer significand(Integer a) {
        int field = bitwise(0x54, a, bits((1L << significandBits()) - 1));
        return bitwise(0x56, field, oneBits());
    }

    @Override
    public Integer advance(Integer a, Integer k) {
        int rounder = constant(FloatBits.rounder(type));
        return addBits(a, subBits(add(k, rounder), rounder));
    }

    @Override
    public Integer call(Function function, List<Integer> args) {
        throw new Unsupported(function.name());
    }

    /** Leaves the loop, for the scalar form to do this vector; not for lanes that nobody wants. */
    @Override
    public Integer rare(Integer mask, Integer fast, Function function, List<Integer> args) {
        exit(active == null ? mask : both(mask, active));
        return fast;
    }

    /** Leaves the loop if a mask holds anywhere. */
    void exit(int mask) {
        instructions.add(control(Form.EXIT, mask));
        exits = true;
    }

    @Override
    public Integer choose(Integer mask, Supplier<Integer> yes, Supplier<Integer> no) {
        chooses = true;
        Integer outer = active;
        int a = way(outer == null ? mask : both(mask, outer), yes);
        int other = not(mask);
        int b = way(outer == null ? other : both(other, outer), no);
        active = outer;
        return blend(mask, a, b);
    }

    /** What some lanes want, left out where there are none of them, if it takes longer than to look. */
    private int way(int wanted, Supplier<Integer> body) {
        int begin = instructions.size();
        active = wanted;
        int v = body.get();
        if (instructions.size() - begin >= WORTH_LEAVING_OUT) {
            instructions.add(begin, control(Form.SKIP, wanted));
            instructions.add(control(Form.JOIN, -1));
        }
        return v;
    }

    private static MachineInstruction control(Form form, int mask) {
        return new MachineInstruction(form, 0, 0, false, false, -1, mask, -1, -1, 0, -1, 0);
    }

    // ---- memory ----

    /** Part of an operand's vector, {@code more} bytes behind where it begins. */
    int load(int map, int opcode, boolean p66, int operand, Row row, int more) {
        int result = value();
        int part = more == 0 ? WHOLE : SECOND;
        instructions.add(new MachineInstruction(
                Form.LOAD, map, opcode, p66, false, result, -1, -1, -1, part, operand, offset(row, more)));
        return result;
    }

    /** Stores a register, or what {@code part} says of it, into an operand's vector. */
    void store(int map, int opcode, boolean p66, int v, int part, int operand, Row row, int more) {
        instructions.add(new MachineInstruction(
                Form.STORE, map, opcode, p66, false, -1, v, -1, -1, part, operand, offset(row, more)));
    }

    private int offset(Row row, int more) {
        return (vector * MachineLoop.lanes(type, vectorBytes) << row.shift(type)) + more;
    }

    /** Loads and stores are of that vector of the round from here on. */
    void vector(int v) {
        vector = v;
    }

    /** Whether the body may leave the loop. */
    boolean exits() {
        return exits;
    }

    /** Whether the body has ways of which one may be left out. */
    boolean chooses() {
        return chooses;
    }

    /** Gives an accumulator's register a new value. */
    void keep(int accumulator, int v) {
        instructions.add(new MachineInstruction(Form.KEEP, 0, 0, false, false, -1, v, -1, -1, accumulator, -1, 0));
    }
}
